package io.github.vanillanet.serve.api.json;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;

/** Reads JSON in one pass. Rejects an unexpected value with its position. */
public final class JsonValues {

  public static final int MAX_DEPTH = 32;

  private JsonValues() {}

  /** Reads one JSON value from a parser that is positioned before it. */
  public interface Reading<T> {
    T read(JsonParser parser) throws IOException;
  }

  /**
   * @param maxString characters of one string
   */
  public static JsonFactory factory(long maxString) {
    return JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength((int) Math.min(Integer.MAX_VALUE, maxString))
                .build())
        .build();
  }

  /**
   * Reads {@code body} to its end as one object.
   *
   * @throws ServiceException {@code INVALID_REQUEST} with the position, if it is anything else
   */
  public static <T> T object(JsonFactory json, InputStream body, Reading<T> fields) {
    try (JsonParser parser = json.createParser(body)) {
      require(parser, parser.nextToken(), JsonToken.START_OBJECT, "the request");
      T value = fields.read(parser);
      if (parser.nextToken() != null) {
        throw invalid(parser, "expected nothing after the request's object");
      }
      return value;
    } catch (JsonEOFException e) {
      throw INVALID_REQUEST.error("the JSON ends early%s", place(e.getLocation()));
    } catch (JsonProcessingException e) {
      throw INVALID_REQUEST.error(
          "the body is not valid JSON: %s%s",
          e.getOriginalMessage().lines().findFirst().orElse(""), place(e.getLocation()));
    } catch (IOException e) {
      throw endsEarly(e);
    }
  }

  public static ServiceException endsEarly(IOException e) {
    return INVALID_REQUEST.error("the body ended early: %s", e.getMessage());
  }

  public static String text(JsonParser parser, JsonToken value, String what) throws IOException {
    require(parser, value, JsonToken.VALUE_STRING, what);
    return parser.getText();
  }

  /**
   * Decodes base64 with or without padding. Whitespace is ignored, because {@code base64} and
   * Python insert line breaks.
   *
   * @param what name of the text, for messages
   * @throws ServiceException {@code INVALID_REQUEST} if it is not base64
   * @throws ServiceException {@code TOO_LARGE} if it has more than {@code maxBytes}
   */
  public static byte[] base64(String text, String what, long maxBytes) {
    byte[] bytes;
    try {
      bytes = decode(text);
    } catch (IllegalArgumentException e) {
      throw INVALID_REQUEST.error("%s is not base64: %s", what, e.getMessage());
    }
    requireSize(bytes.length, what, maxBytes);
    return bytes;
  }

  private static byte[] decode(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return Base64.getDecoder().decode(text.replaceAll("\\s+", ""));
    }
  }

  /**
   * @throws ServiceException {@code TOO_LARGE} if it has more than {@code maxBytes}
   */
  public static void requireSize(long bytes, String what, long maxBytes) {
    if (bytes > maxBytes) {
      throw TOO_LARGE.error("%s: expected at most %d bytes, got %d", what, maxBytes, bytes);
    }
  }

  public static void require(JsonParser parser, JsonToken found, JsonToken expected, String what) {
    if (found != expected) {
      throw invalid(parser, "%s: expected %s, got %s".formatted(what, word(expected), word(found)));
    }
  }

  /**
   * A token in words.
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
    return INVALID_REQUEST.error(problem + place(parser.currentLocation()));
  }

  /** The position in the body, if known. */
  private static String place(JsonLocation location) {
    return location == null
        ? ""
        : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
  }
}
