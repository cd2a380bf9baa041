package io.github.vanillanet.rest.v2;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.github.vanillanet.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the JSON of an inference request in one pass: a tensor has hundreds of thousands of
 * elements, for which a tree of nodes would take a hundred times their memory.
 */
final class InferRequestReader {

  private static final int DEEPEST = 32;

  private final JsonFactory json;

  /**
   * @param longestString characters that one base64 string may have
   */
  InferRequestReader(int longestString) {
    json =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(longestString)
                    .build())
            .build();
  }

  /**
   * @throws ServiceException.InvalidRequest if it is no inference request; says where
   */
  InferRequest read(InputStream body) {
    try (JsonParser parser = json.createParser(body)) {
      require(parser, parser.nextToken(), JsonToken.START_OBJECT, "the request");
      InferRequest request = request(parser);
      if (parser.nextToken() != null) {
        throw invalid(parser, "expected nothing after the request");
      }
      return request;
    } catch (JsonEOFException e) {
      throw new ServiceException.InvalidRequest(
          "the body ends inside its JSON" + place(e.getLocation()));
    } catch (JsonProcessingException e) {
      throw new ServiceException.InvalidRequest(
          "the body is no JSON that can be read: "
              + e.getOriginalMessage().lines().findFirst().orElse("")
              + place(e.getLocation()));
    } catch (IOException e) {
      throw new ServiceException.InvalidRequest("the body ended early: " + e.getMessage());
    }
  }

  private static InferRequest request(JsonParser parser) throws IOException {
    Optional<String> id = Optional.empty();
    List<InferRequest.InputTensor> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "id" -> id = optionalText(parser, value, "id");
        case "inputs" -> {
          require(parser, value, JsonToken.START_ARRAY, "inputs");
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser, parser.currentToken(), JsonToken.START_OBJECT, "an input");
            inputs.add(input(parser));
          }
        }
        case "outputs" -> {
          if (value == JsonToken.VALUE_NULL) {
            continue;
          }
          require(parser, value, JsonToken.START_ARRAY, "outputs");
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser, parser.currentToken(), JsonToken.START_OBJECT, "an output");
            outputs.add(outputName(parser));
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (inputs.isEmpty()) {
      throw new ServiceException.InvalidRequest("inputs: expected one input, found none");
    }
    return new InferRequest(id, inputs, outputs);
  }

  private static InferRequest.InputTensor input(JsonParser parser) throws IOException {
    String name = "";
    String datatype = "";
    long[] shape = {};
    boolean hasShape = false;
    Optional<String> contentType = Optional.empty();
    TensorData data = new TensorData();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "name" -> name = text(parser, value, "an input's name");
        case "datatype" -> datatype = text(parser, value, "an input's datatype");
        case "shape" -> {
          shape = shape(parser, value);
          hasShape = true;
        }
        case "parameters" -> contentType = contentType(parser, value);
        case "data" -> data(parser, value, data);
        default -> parser.skipChildren();
      }
    }
    if (name.isEmpty() || datatype.isEmpty() || !hasShape) {
      throw new ServiceException.InvalidRequest(
          "an input needs name, datatype, shape and data, found name '%s', datatype '%s', %s shape"
              .formatted(name, datatype, hasShape ? "a" : "no"));
    }
    return new InferRequest.InputTensor(name, datatype, shape, contentType, data);
  }

  private static String outputName(JsonParser parser) throws IOException {
    String name = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("name")) {
        name = text(parser, value, "an output's name");
      } else {
        parser.skipChildren();
      }
    }
    return name;
  }

  private static Optional<String> contentType(JsonParser parser, JsonToken value)
      throws IOException {
    Optional<String> contentType = Optional.empty();
    if (value == JsonToken.VALUE_NULL) {
      return contentType;
    }
    require(parser, value, JsonToken.START_OBJECT, "parameters");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken token = parser.nextToken();
      if (field.equals("content_type")) {
        contentType = optionalText(parser, token, "content_type");
      } else {
        parser.skipChildren();
      }
    }
    return contentType;
  }

  private static long[] shape(JsonParser parser, JsonToken value) throws IOException {
    require(parser, value, JsonToken.START_ARRAY, "a shape");
    List<Long> dimensions = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(parser, parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "a dimension");
      dimensions.add(parser.getLongValue());
      if (dimensions.size() > DEEPEST) {
        throw invalid(parser, "a shape has more than %d dimensions".formatted(DEEPEST));
      }
    }
    return dimensions.stream().mapToLong(Long::longValue).toArray();
  }

  /** Nested or flat: only the order of the elements counts. */
  private static void data(JsonParser parser, JsonToken value, TensorData data) throws IOException {
    require(parser, value, JsonToken.START_ARRAY, "data");
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_ARRAY) {
        depth++;
      } else if (token == JsonToken.END_ARRAY) {
        depth--;
      } else if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
        float number = parser.getFloatValue();
        if (!Float.isFinite(number)) {
          throw invalid(parser, "data: expected numbers within float32, found " + parser.getText());
        }
        data.add(number);
      } else if (token == JsonToken.VALUE_STRING) {
        data.add(parser.getText());
      } else {
        throw invalid(parser, "data: expected numbers or strings, found " + token);
      }
    }
  }

  private static Optional<String> optionalText(JsonParser parser, JsonToken value, String what)
      throws IOException {
    return value == JsonToken.VALUE_NULL
        ? Optional.empty()
        : Optional.of(text(parser, value, what));
  }

  private static String text(JsonParser parser, JsonToken value, String what) throws IOException {
    require(parser, value, JsonToken.VALUE_STRING, what);
    return parser.getText();
  }

  private static void require(JsonParser parser, JsonToken found, JsonToken expected, String what) {
    if (found != expected) {
      throw invalid(parser, "%s: expected %s, found %s".formatted(what, expected, found));
    }
  }

  private static ServiceException invalid(JsonParser parser, String problem) {
    return new ServiceException.InvalidRequest(problem + place(parser.currentLocation()));
  }

  /** Where in the body; nothing if the parser does not tell. */
  private static String place(JsonLocation location) {
    return location == null
        ? ""
        : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
  }
}
