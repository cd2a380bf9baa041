package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.inference.Inference;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the answer to an inference request: JSON, followed by the outputs that are binary.
 *
 * @param outputs in the order of the request
 */
public record InferAnswer(View view, Optional<String> id, List<Output> outputs) {

  static final String LOGITS = "logits";
  static final String FEATURES = "features";
  static final String MAPS = "maps";
  static final String ALL_BINARY = "binary_data_output";

  private static final Set<String> NAMES = Set.of(LOGITS, FEATURES, MAPS);
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build());

  /**
   * A requested output.
   *
   * @param binary whether it follows the JSON instead of being in it
   * @param bestClasses number of classes to return, the most probable first: their strings for
   *     {@code logits}, their maps for {@code maps}; 0 for all classes in the order of the logits
   */
  public record Output(String name, boolean binary, int bestClasses) {}

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if the request asks for an unknown output
   */
  static InferAnswer of(View view, InferRequest request) {
    boolean allBinary = request.parameters().flag(ALL_BINARY).orElse(false);
    List<Output> outputs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (InferRequest.RequestedOutput output : request.outputs()) {
      if (!NAMES.contains(output.name())) {
        throw INVALID_REQUEST.error(
            "outputs: expected '%s', '%s' or '%s', got '%s'",
            LOGITS, FEATURES, MAPS, output.name());
      } else if (!names.add(output.name())) {
        throw INVALID_REQUEST.error(
            "outputs: expected '%s' once, got it more often", output.name());
      }
      outputs.add(output(output, allBinary));
    }
    if (outputs.isEmpty()) {
      outputs.add(new Output(LOGITS, allBinary, 0));
    }
    return new InferAnswer(view, request.id(), outputs);
  }

  private static Output output(InferRequest.RequestedOutput requested, boolean allBinary) {
    Parameters parameters = requested.parameters();
    if (parameters.has("shared_memory_region")) {
      throw INVALID_REQUEST.error("outputs: shared memory is not supported");
    }
    boolean binary = parameters.flag("binary_data").orElse(allBinary);
    long classes = parameters.wholeNumber("classification", 0).orElse(0L);
    if (classes > 0 && requested.name().equals(FEATURES)) {
      throw INVALID_REQUEST.error(
          "outputs: parameters.classification: expected it for '%s' or '%s', got it for '%s'",
          LOGITS, MAPS, FEATURES);
    }
    return new Output(requested.name(), binary, (int) Math.min(classes, Integer.MAX_VALUE));
  }

  /** Whether an output is made of the last maps. */
  boolean needsMaps() {
    return outputs.stream().anyMatch(output -> !output.name().equals(LOGITS));
  }

  Response response(Inference inference) {
    List<Map<String, Object>> described = new ArrayList<>();
    ByteArrayOutputStream tail = new ByteArrayOutputStream();
    for (Output output : outputs) {
      OutputTensor tensor = OutputTensor.of(output, inference);
      Map<String, Object> description = new LinkedHashMap<>();
      description.put("name", output.name());
      description.put("datatype", tensor.datatype());
      description.put("shape", tensor.shape());
      if (output.binary()) {
        byte[] elements = tensor.bytes();
        description.put("parameters", Map.of("binary_data_size", elements.length));
        tail.writeBytes(elements);
      } else {
        description.put("data", tensor.data());
      }
      described.add(description);
    }
    byte[] json = json(inference, described);
    if (outputs.stream().noneMatch(Output::binary)) {
      return Response.ok(json, MediaType.APPLICATION_JSON).build();
    }
    ByteBuffer body =
        ByteBuffer.allocate(json.length + tail.size()).put(json).put(tail.toByteArray());
    return Response.ok(body.array(), MediaType.APPLICATION_OCTET_STREAM)
        .header(InferBody.HEADER, json.length)
        .build();
  }

  private byte[] json(Inference inference, List<Map<String, Object>> described) {
    Map<String, Object> answer = new LinkedHashMap<>();
    id.ifPresent(text -> answer.put("id", text));
    answer.put("model_name", view.name());
    answer.put("model_version", Integer.toString(inference.version()));
    answer.put("parameters", parameters(inference));
    answer.put("outputs", described);
    try {
      return JSON.writeValueAsBytes(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer cannot be written as JSON", e);
    }
  }

  /** How the answer was computed: strings and booleans by name. */
  public static Map<String, Object> parameters(Inference inference) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("precision", inference.precision());
    inference
        .rejected()
        .forEach((index, reason) -> parameters.put("error_" + index, reason.getMessage()));
    inference.inexact().forEach((index, how) -> parameters.put("inexact_" + index, how));
    for (int sample = 0; sample < inference.samples(); sample++) {
      if (inference.outOfDomain(sample).orElse(false)) {
        parameters.put("out_of_domain_" + sample, true);
        inference
            .domainExperimental()
            .ifPresent(experimental -> parameters.put("domain_experimental", experimental));
      }
      if (!inference.precision(sample).equals(inference.precision())) {
        parameters.put("precision_" + sample, inference.precision(sample));
      }
      if (inference.unchecked(sample).orElse(false)) {
        parameters.put("unchecked_" + sample, true);
      }
    }
    return parameters;
  }
}
