package io.github.vanillanet.rest.v2;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.vanillanet.serving.Inference;
import java.util.List;
import java.util.Optional;

/** An answer of the Open Inference Protocol. */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record InferResponse(
    @JsonProperty("model_name") String modelName,
    @JsonProperty("model_version") String modelVersion,
    Optional<String> id,
    List<OutputTensor> outputs) {

  static final String LOGITS = "logits";

  /**
   * @param data flat, row-major
   */
  public record OutputTensor(String name, String datatype, long[] shape, float[] data) {}

  /**
   * @param name under which the model was asked: it may be a view of one
   */
  static InferResponse of(String name, Optional<String> id, Inference inference) {
    long classes = inference.logits().length / inference.samples();
    OutputTensor logits =
        new OutputTensor(
            LOGITS, "FP32", new long[] {inference.samples(), classes}, inference.logits());
    return new InferResponse(name, Integer.toString(inference.version()), id, List.of(logits));
  }
}
