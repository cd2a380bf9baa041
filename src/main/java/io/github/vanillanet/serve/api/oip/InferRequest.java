package io.github.vanillanet.serve.api.oip;

import java.util.List;
import java.util.Optional;

/**
 * An inference request of the Open Inference Protocol.
 *
 * @param id echoed in the answer
 * @param outputs that are asked for; empty means all
 */
record InferRequest(
    Optional<String> id,
    Parameters parameters,
    List<InputTensor> inputs,
    List<RequestedOutput> outputs) {

  /**
   * One input.
   *
   * @param shape as declared: it may lie
   */
  record InputTensor(
      String name, String datatype, long[] shape, Parameters parameters, TensorContent content) {

    InputTensor withContent(TensorContent other) {
      return new InputTensor(name, datatype, shape, parameters, other);
    }
  }

  /** One output and how it shall be sent. */
  record RequestedOutput(String name, Parameters parameters) {}
}
