package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.inference.Inference;
import io.github.vanillanet.serve.inference.Prediction;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Writes the answer to an inference request: JSON, followed by the logits if they are binary.
 *
 * @param binary whether the logits follow the JSON instead of being in it
 * @param bestClasses number of best classes to send as strings; 0 to send all logits
 */
record InferAnswer(View view, Optional<String> id, boolean binary, int bestClasses) {

  static final String LOGITS = "logits";
  static final String ALL_BINARY = "binary_data_output";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if the request asks for any output but the
   *     logits
   */
  static InferAnswer of(View view, InferRequest request) {
    boolean allBinary = request.parameters().flag(ALL_BINARY).orElse(false);
    List<InferRequest.RequestedOutput> outputs = request.outputs();
    for (InferRequest.RequestedOutput output : outputs) {
      if (!output.name().equals(LOGITS)) {
        throw INVALID_REQUEST.error("outputs: expected '%s', got '%s'", LOGITS, output.name());
      }
    }
    if (outputs.isEmpty()) {
      return new InferAnswer(view, request.id(), allBinary, 0);
    }
    if (outputs.size() > 1) {
      throw INVALID_REQUEST.error(
          "outputs: expected '%s' once, got it %d times", LOGITS, outputs.size());
    }
    Parameters parameters = outputs.get(0).parameters();
    if (parameters.has("shared_memory_region")) {
      throw INVALID_REQUEST.error("outputs: shared memory is not supported");
    }
    boolean binary = parameters.flag("binary_data").orElse(allBinary);
    long classes = parameters.wholeNumber("classification", 0).orElse(0L);
    return new InferAnswer(view, request.id(), binary, (int) Math.min(classes, Integer.MAX_VALUE));
  }

  Response response(Inference inference) {
    int classes = inference.logits().length / inference.samples();
    int columns = bestClasses == 0 ? classes : Math.min(bestClasses, classes);
    List<String> best = bestClasses == 0 ? List.of() : best(inference, classes, columns);
    Map<String, Object> output = new LinkedHashMap<>();
    output.put("name", LOGITS);
    output.put("datatype", best.isEmpty() ? "FP32" : "BYTES");
    output.put("shape", List.of(inference.samples(), columns));
    if (!binary) {
      output.put("data", best.isEmpty() ? numbers(inference.logits()) : best);
      return Response.ok(json(inference, output), MediaType.APPLICATION_JSON).build();
    }
    byte[] elements = best.isEmpty() ? bytes(inference.logits()) : bytes(best);
    output.put("parameters", Map.of("binary_data_size", elements.length));
    byte[] json = json(inference, output);
    ByteBuffer body = ByteBuffer.allocate(json.length + elements.length).put(json).put(elements);
    return Response.ok(body.array(), MediaType.APPLICATION_OCTET_STREAM)
        .header(InferBody.HEADER, json.length)
        .build();
  }

  private byte[] json(Inference inference, Map<String, Object> output) {
    Map<String, Object> answer = new LinkedHashMap<>();
    id.ifPresent(text -> answer.put("id", text));
    answer.put("model_name", view.name());
    answer.put("model_version", Integer.toString(inference.version()));
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
    answer.put("parameters", parameters);
    answer.put("outputs", List.of(output));
    try {
      return JSON.writeValueAsBytes(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer cannot be written as JSON", e);
    }
  }

  /** Returns null for NaN, which JSON does not support. */
  private static List<Float> numbers(float[] logits) {
    return IntStream.range(0, logits.length)
        .mapToObj(i -> Float.isNaN(logits[i]) ? null : (Float) logits[i])
        .toList();
  }

  private static byte[] bytes(float[] logits) {
    ByteBuffer bytes =
        ByteBuffer.allocate(logits.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(logits);
    return bytes.array();
  }

  private static byte[] bytes(List<String> strings) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String string : strings) {
      byte[] text = string.getBytes(StandardCharsets.UTF_8);
      all.writeBytes(
          ByteBuffer.allocate(Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(text.length)
              .array());
      all.writeBytes(text);
    }
    return all.toByteArray();
  }

  /**
   * The most probable classes of each row as strings {@code LOGIT:INDEX:LABEL}, best first. With a
   * bias in the model's calibration, this need not be the order of the logits. The datatype is
   * BYTES, as the text of the extension requires; its example has STRING.
   *
   * @see <a
   *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md">the
   *     classification extension</a>
   */
  private static List<String> best(Inference inference, int classes, int columns) {
    float[] logits = inference.logits();
    List<String> strings = new ArrayList<>();
    for (int sample = 0; sample < inference.samples(); sample++) {
      int row = sample * classes;
      boolean rejected = inference.rejection(sample).isPresent();
      for (Prediction best : inference.top(sample, columns)) {
        strings.add(
            rejected
                ? ""
                : String.format(
                    Locale.ROOT,
                    "%f:%d:%s",
                    logits[row + best.index()],
                    best.index(),
                    best.label()));
      }
    }
    return strings;
  }
}
