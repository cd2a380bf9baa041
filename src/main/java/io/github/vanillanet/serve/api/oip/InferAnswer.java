package io.github.vanillanet.serve.api.oip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.vanillanet.serve.inference.Inference;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Writes an answer of the Open Inference Protocol: JSON, and behind it the output if it shall be
 * binary.
 */
final class InferAnswer {

  private static final JsonFactory JSON = new JsonFactory();

  private final View view;
  private final Optional<String> id;
  private final Inference inference;
  private final OutputPlan plan;

  InferAnswer(View view, Optional<String> id, Inference inference, OutputPlan plan) {
    this.view = view;
    this.id = id;
    this.inference = inference;
    this.plan = plan;
  }

  Response response() {
    LogitsOutput output =
        plan.classes() > 0
            ? ClassesOutput.of(inference, plan.classes())
            : new NumbersOutput(inference);
    byte[] binary = plan.binary() ? output.binary() : new byte[0];
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      write(json, output, binary.length);
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array takes all", e);
    }
    if (!plan.binary()) {
      return Response.ok(body.toByteArray(), MediaType.APPLICATION_JSON).build();
    }
    int jsonBytes = body.size();
    body.writeBytes(binary);
    return Response.ok(body.toByteArray(), MediaType.APPLICATION_OCTET_STREAM)
        .header(InferBody.HEADER, jsonBytes)
        .build();
  }

  private void write(JsonGenerator json, LogitsOutput output, int binaryBytes) throws IOException {
    json.writeStartObject();
    if (id.isPresent()) {
      json.writeStringField("id", id.get());
    }
    json.writeStringField("model_name", view.name());
    json.writeStringField("model_version", Integer.toString(inference.version()));
    writeRefused(json);
    json.writeArrayFieldStart("outputs");
    json.writeStartObject();
    json.writeStringField("name", OutputPlan.LOGITS);
    json.writeStringField("datatype", output.datatype());
    json.writeArrayFieldStart("shape");
    for (int dimension : List.of(inference.samples(), output.columns())) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
    if (plan.binary()) {
      json.writeObjectFieldStart("parameters");
      json.writeNumberField("binary_data_size", binaryBytes);
      json.writeEndObject();
    } else {
      json.writeArrayFieldStart("data");
      output.write(json);
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeEndArray();
    json.writeEndObject();
  }

  /** The protocol knows no failure of one element: a parameter tells it, the element is NaN. */
  private void writeRefused(JsonGenerator json) throws IOException {
    if (inference.refused().isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("parameters");
    for (var refused : inference.refused().entrySet()) {
      json.writeStringField("error_" + refused.getKey(), refused.getValue().getMessage());
    }
    json.writeEndObject();
  }

  /** The one output, in the form that was asked for. */
  sealed interface LogitsOutput permits NumbersOutput, ClassesOutput {
    String datatype();

    int columns();

    /** Little-endian. */
    byte[] binary();

    void write(JsonGenerator json) throws IOException;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
