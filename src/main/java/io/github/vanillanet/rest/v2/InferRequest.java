package io.github.vanillanet.rest.v2;

import java.util.List;
import java.util.Optional;

/**
 * An inference request of the Open Inference Protocol, as far as its JSON goes.
 *
 * @param id echoed in the answer
 * @param outputs names of the outputs that are asked for; empty means all
 */
record InferRequest(Optional<String> id, List<InputTensor> inputs, List<String> outputs) {

  /**
   * One input.
   *
   * @param contentType parameter {@code content_type}, if given
   */
  record InputTensor(
      String name, String datatype, long[] shape, Optional<String> contentType, TensorData data) {}
}
