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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads JSON in one pass; what is of another type than expected is refused with its place. */
final class JsonValues {

  static final int DEEPEST = 32;

  private JsonValues() {}

  /** Reads one JSON value from a parser that stands before it. */
  interface Reading<T> {
    T read(JsonParser parser) throws IOException;
  }

  /**
   * @param longestString characters that one string may have
   */
  static JsonFactory factory(int longestString) {
    return JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxStringLength(longestString)
                .build())
        .build();
  }

  /**
   * Reads {@code body} to its end as one object.
   *
   * @throws ServiceException.InvalidRequest if it is anything else; says where
   */
  static <T> T object(JsonFactory json, InputStream body, Reading<T> fields) {
    try (JsonParser parser = json.createParser(body)) {
      require(parser, parser.nextToken(), JsonToken.START_OBJECT, "the request");
      T value = fields.read(parser);
      if (parser.nextToken() != null) {
        throw invalid(parser, "expected nothing after the request");
      }
      return value;
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

  static Optional<String> optionalText(JsonParser parser, JsonToken value, String what)
      throws IOException {
    return value == JsonToken.VALUE_NULL
        ? Optional.empty()
        : Optional.of(text(parser, value, what));
  }

  static String text(JsonParser parser, JsonToken value, String what) throws IOException {
    require(parser, value, JsonToken.VALUE_STRING, what);
    return parser.getText();
  }

  /** Scalars by name; nulls and whatever is nested are passed over. */
  static Parameters parameters(JsonParser parser, JsonToken value, String where)
      throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return Parameters.none(where);
    }
    require(parser, value, JsonToken.START_OBJECT, "parameters");
    Map<String, Object> values = new HashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      switch (parser.nextToken()) {
        case VALUE_STRING -> values.put(name, parser.getText());
        case VALUE_TRUE -> values.put(name, true);
        case VALUE_FALSE -> values.put(name, false);
        case VALUE_NUMBER_INT -> values.put(name, wholeNumber(parser));
        case VALUE_NUMBER_FLOAT -> values.put(name, parser.getDoubleValue());
        case START_OBJECT, START_ARRAY -> {
          parser.skipChildren();
          values.put(name, Map.of());
        }
        default -> {}
      }
    }
    return new Parameters(where, values);
  }

  /** A Long where it fits. */
  private static Number wholeNumber(JsonParser parser) throws IOException {
    Number number = parser.getNumberValue();
    return number instanceof Integer small ? Long.valueOf(small) : number;
  }

  static void require(JsonParser parser, JsonToken found, JsonToken expected, String what) {
    if (found != expected) {
      throw invalid(parser, "%s: expected %s, found %s".formatted(what, expected, found));
    }
  }

  static ServiceException invalid(JsonParser parser, String problem) {
    return new ServiceException.InvalidRequest(problem + place(parser.currentLocation()));
  }

  /** Where in the body; nothing if the parser does not tell. */
  private static String place(JsonLocation location) {
    return location == null
        ? ""
        : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
  }
}
