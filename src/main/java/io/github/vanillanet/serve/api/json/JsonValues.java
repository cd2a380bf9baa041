package io.github.vanillanet.serve.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads JSON in one pass; what is of another type than expected is refused with its place. */
public final class JsonValues {

  public static final int DEEPEST = 32;

  private JsonValues() {}

  /** Reads one JSON value from a parser that stands before it. */
  public interface Reading<T> {
    T read(JsonParser parser) throws IOException;
  }

  /**
   * @param longestString characters that one string may have
   */
  public static JsonFactory factory(int longestString) {
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
   * @throws ServiceException {@code INVALID_REQUEST} if it is anything else; says where
   */
  public static <T> T object(JsonFactory json, InputStream body, Reading<T> fields) {
    try (JsonParser parser = json.createParser(body)) {
      require(parser, parser.nextToken(), JsonToken.START_OBJECT, "the request");
      T value = fields.read(parser);
      if (parser.nextToken() != null) {
        throw invalid(parser, "expected nothing after the request");
      }
      return value;
    } catch (JsonEOFException e) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "the body ends inside its JSON" + place(e.getLocation()));
    } catch (JsonProcessingException e) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "the body is no JSON that can be read: "
              + e.getOriginalMessage().lines().findFirst().orElse("")
              + place(e.getLocation()));
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "the body ended early: " + e.getMessage());
    }
  }

  public static Optional<String> optionalText(JsonParser parser, JsonToken value, String what)
      throws IOException {
    return value == JsonToken.VALUE_NULL
        ? Optional.empty()
        : Optional.of(text(parser, value, what));
  }

  public static String text(JsonParser parser, JsonToken value, String what) throws IOException {
    require(parser, value, JsonToken.VALUE_STRING, what);
    return parser.getText();
  }

  public static void require(JsonParser parser, JsonToken found, JsonToken expected, String what) {
    if (found != expected) {
      throw invalid(
          parser, "%s: expected %s, found %s".formatted(what, word(expected), word(found)));
    }
  }

  /**
   * As a reader of the specification calls it.
   *
   * @param token null at the end of the body
   */
  public static String word(JsonToken token) {
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT, END_OBJECT -> "an object";
      case START_ARRAY, END_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a number with decimals";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case FIELD_NAME -> "a member";
      case VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> "something else";
    };
  }

  public static ServiceException invalid(JsonParser parser, String problem) {
    return new ServiceException(
        ErrorCode.INVALID_REQUEST, problem + place(parser.currentLocation()));
  }

  /** Where in the body; nothing if the parser does not tell. */
  private static String place(JsonLocation location) {
    return location == null
        ? ""
        : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
  }
}
