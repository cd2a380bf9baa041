package io.github.vanillanet.serve.api.oip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.vanillanet.serve.inference.Inference;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Writes the answer to an inference request: JSON, followed by the output if it is binary. */
record InferAnswer(View view, Optional<String> id, OutputPlan plan) {

  private static final JsonFactory JSON = new JsonFactory();

  Response response(Inference inference) {
    LogitsOutput output =
        plan.classes() > 0
            ? LogitsOutput.Classes.of(inference, plan.classes())
            : new LogitsOutput.Numbers(inference);
    byte[] binary = plan.binary() ? output.binary() : new byte[0];
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      write(json, inference, output, binary.length);
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array cannot fail", e);
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

  private void write(JsonGenerator json, Inference inference, LogitsOutput output, int binaryBytes)
      throws IOException {
    json.writeStartObject();
    if (id.isPresent()) {
      json.writeStringField("id", id.get());
    }
    json.writeStringField("model_name", view.name());
    json.writeStringField("model_version", Integer.toString(inference.model().version()));
    writeRejected(json, inference);
    json.writeArrayFieldStart("outputs");
    json.writeStartObject();
    json.writeStringField("name", OutputPlan.LOGITS);
    json.writeStringField("datatype", output.datatype());
    json.writeFieldName("shape");
    json.writeArray(new int[] {inference.samples(), output.columns()}, 0, 2);
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

  /** The protocol has no errors of single elements, so they are sent as parameters. */
  private static void writeRejected(JsonGenerator json, Inference inference) throws IOException {
    if (inference.rejected().isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("parameters");
    for (var rejected : inference.rejected().entrySet()) {
      json.writeStringField("error_" + rejected.getKey(), rejected.getValue().getMessage());
    }
    json.writeEndObject();
  }
}
