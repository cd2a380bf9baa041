package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.json.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Reads the JSON of an inference request in one pass. A tree of nodes would take a hundred times
 * the memory of a tensor's elements.
 */
final class InferRequestReader {

  private static final int MAX_OUTPUTS = 16;

  private final TensorLimits limits;
  private final LongConsumer memory;

  private InferRequestReader(TensorLimits limits, LongConsumer memory) {
    this.limits = limits;
    this.memory = memory;
  }

  /**
   * @param memory takes the bytes of the elements before they are allocated
   * @throws ServiceException {@code INVALID_REQUEST} with a position, if it is not an inference
   *     request
   */
  static InferRequest read(InputStream body, TensorLimits limits, LongConsumer memory) {
    return JsonValues.object(body, new InferRequestReader(limits, memory)::request);
  }

  private InferRequest request(JsonParser parser) throws IOException {
    Optional<String> id = Optional.empty();
    Parameters parameters = Parameters.none("request");
    List<InputTensor> inputs = new ArrayList<>();
    List<InferRequest.RequestedOutput> outputs = new ArrayList<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "id" -> {
          if (value != JsonToken.VALUE_NULL) {
            id = Optional.of(JsonValues.text(parser, value, "id"));
          }
        }
        case "parameters" -> parameters = Parameters.read(parser, value, "request");
        case "inputs" -> {
          JsonValues.require(parser, value, JsonToken.START_ARRAY, "inputs");
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            JsonValues.require(parser, parser.currentToken(), JsonToken.START_OBJECT, "an input");
            if (!inputs.isEmpty()) {
              throw JsonValues.invalid(parser, "inputs: expected one input, got more");
            }
            inputs.add(input(parser));
          }
        }
        case "outputs" -> {
          if (value == JsonToken.VALUE_NULL) {
            continue;
          }
          JsonValues.require(parser, value, JsonToken.START_ARRAY, "outputs");
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            JsonValues.require(parser, parser.currentToken(), JsonToken.START_OBJECT, "an output");
            if (outputs.size() == MAX_OUTPUTS) {
              throw JsonValues.invalid(
                  parser, "outputs: expected at most %d, got more".formatted(MAX_OUTPUTS));
            }
            outputs.add(output(parser));
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (inputs.isEmpty()) {
      throw INVALID_REQUEST.error("inputs: expected one input, got none");
    }
    return new InferRequest(id, parameters, inputs, outputs);
  }

  private InputTensor input(JsonParser parser) throws IOException {
    String name = "";
    String datatype = "";
    long[] shape = {};
    boolean hasShape = false;
    Parameters parameters = Parameters.none("input");
    TensorData data = new TensorData(limits, memory);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "name" -> name = JsonValues.text(parser, value, "an input's name");
        case "datatype" -> datatype = JsonValues.text(parser, value, "an input's datatype");
        case "shape" -> {
          shape = shape(parser, value);
          hasShape = true;
        }
        case "parameters" -> parameters = Parameters.read(parser, value, "input");
        case "data" -> data(parser, value, data);
        default -> parser.skipChildren();
      }
    }
    if (name.isEmpty() || datatype.isEmpty() || !hasShape) {
      throw INVALID_REQUEST.error(
          "expected an input with name, datatype, shape and data, got name '%s',"
              + " datatype '%s', %s",
          name, datatype, hasShape ? "a shape" : "no shape");
    }
    return new InputTensor(name, datatype, shape, parameters, data);
  }

  private static InferRequest.RequestedOutput output(JsonParser parser) throws IOException {
    String name = "";
    Parameters parameters = Parameters.none("output");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "name" -> name = JsonValues.text(parser, value, "an output's name");
        case "parameters" -> parameters = Parameters.read(parser, value, "output");
        default -> parser.skipChildren();
      }
    }
    return new InferRequest.RequestedOutput(name, parameters);
  }

  private static long[] shape(JsonParser parser, JsonToken value) throws IOException {
    JsonValues.require(parser, value, JsonToken.START_ARRAY, "a shape");
    List<Long> dimensions = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      JsonValues.require(parser, parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "a dimension");
      dimensions.add(parser.getLongValue());
      if (dimensions.size() > JsonValues.MAX_DEPTH) {
        throw JsonValues.invalid(
            parser, "a shape has more than %d dimensions".formatted(JsonValues.MAX_DEPTH));
      }
    }
    return dimensions.stream().mapToLong(Long::longValue).toArray();
  }

  /** Lists may be nested or flat: the order of the elements is the same. */
  private void data(JsonParser parser, JsonToken value, TensorData data) throws IOException {
    JsonValues.require(parser, value, JsonToken.START_ARRAY, "data");
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      switch (token) {
        case START_ARRAY -> depth++;
        case END_ARRAY -> depth--;
        case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> data.add(number(parser));
        case VALUE_STRING -> data.add(decoded(parser, data), false);
        case START_OBJECT -> data.add(base64(parser, data), true);
        default ->
            throw JsonValues.invalid(
                parser, "data: expected numbers or strings, got " + JsonValues.word(token));
      }
    }
  }

  /** The protocol does not define bytes in JSON: strings are base64. */
  private byte[] decoded(JsonParser parser, TensorData data) throws IOException {
    return JsonValues.base64(parser, data.next(), limits.elementBytes(), memory);
  }

  private static float number(JsonParser parser) throws IOException {
    float number = parser.getFloatValue();
    if (!Float.isFinite(number)) {
      throw JsonValues.invalid(
          parser, "data: expected numbers within float32, got " + parser.getText());
    }
    return number;
  }

  /** Bytes in TensorFlow Serving's form: {@code {"b64": "…"}}. */
  private byte[] base64(JsonParser parser, TensorData data) throws IOException {
    boolean named =
        parser.nextToken() == JsonToken.FIELD_NAME && parser.currentName().equals("b64");
    if (!named) {
      throw JsonValues.invalid(parser, "data: expected an object with only the member 'b64'");
    }
    parser.nextToken();
    byte[] element = decoded(parser, data);
    JsonValues.require(parser, parser.nextToken(), JsonToken.END_OBJECT, "data");
    return element;
  }
}
