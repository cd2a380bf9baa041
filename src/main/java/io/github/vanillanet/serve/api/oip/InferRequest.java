package io.github.vanillanet.serve.api.oip;

import java.util.List;
import java.util.Optional;

/**
 * An inference request of the Open Inference Protocol.
 *
 * @param id repeated in the answer
 * @param outputs that are requested; empty means all
 */
public record InferRequest(
    Optional<String> id,
    Parameters parameters,
    List<InputTensor> inputs,
    List<RequestedOutput> outputs) {

  /** A requested output. Its parameters contain the requested form. */
  public record RequestedOutput(String name, Parameters parameters) {}
}
