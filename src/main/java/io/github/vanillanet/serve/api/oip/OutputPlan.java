package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import java.util.List;

/**
 * The form in which the client wants the logits.
 *
 * @param binary behind the JSON instead of in it
 * @param classes number of best classes to send as strings; 0 to send all logits
 */
record OutputPlan(boolean binary, int classes) {

  static final String LOGITS = "logits";
  static final String ALL_BINARY = "binary_data_output";

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if it asks for any output but the logits
   */
  static OutputPlan of(InferRequest request) {
    boolean binary = request.parameters().flag(ALL_BINARY).orElse(false);
    List<InferRequest.RequestedOutput> outputs = request.outputs();
    for (InferRequest.RequestedOutput output : outputs) {
      if (!output.name().equals(LOGITS)) {
        throw INVALID_REQUEST.error("outputs: expected '%s', got '%s'", LOGITS, output.name());
      }
    }
    if (outputs.isEmpty()) {
      return new OutputPlan(binary, 0);
    }
    if (outputs.size() > 1) {
      throw INVALID_REQUEST.error(
          "outputs: expected '%s' once, got it %d times", LOGITS, outputs.size());
    }
    Parameters parameters = outputs.get(0).parameters();
    if (parameters.has("shared_memory_region")) {
      throw INVALID_REQUEST.error("outputs: shared memory is not supported");
    }
    long classes = parameters.wholeNumber("classification", 0).orElse(0L);
    return new OutputPlan(
        parameters.flag("binary_data").orElse(binary), (int) Math.min(classes, Integer.MAX_VALUE));
  }
}
