package io.github.vanillanet.serve.api.json;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.json.JsonReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.LongConsumer;

/** Reads JSON in one pass. Rejects an unexpected value with its position. */
public final class JsonValues {

  public static final int MAX_DEPTH = 32;

  /** The strings of requests are names and identifiers. Base64 is read without a string. */
  private static final int MAX_STRING = 1 << 20;

  private static final int MAX_NAME = 256;

  /** Members of all objects of a request: the names are kept to find duplicates. */
  private static final int MAX_NAMES = 10_000;

  private static final Base64Variant BASE64 = Base64Variants.MIME_NO_LINEFEEDS.withPaddingAllowed();

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING)
                  .maxNameLength(MAX_NAME)
                  .build())
          .build();

  private JsonValues() {}

  /** Reads one JSON value from a parser that is positioned before it. */
  public interface Reading<T> {
    T read(JsonParser parser) throws IOException;
  }

  /**
   * Reads {@code body} to its end as one object.
   *
   * @throws ServiceException {@code INVALID_REQUEST} with the position, if it is anything else
   */
  public static <T> T object(InputStream body, Reading<T> fields) {
    Base64Input input = new Base64Input(body);
    try (JsonParser parser = new RequestParser(JSON.createParser(input), input)) {
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
          "the body is not valid JSON: %s%s", firstLine(e), place(e.getLocation()));
    } catch (IOException e) {
      throw endsEarly(e);
    }
  }

  private static String firstLine(Exception e) {
    return e instanceof JsonProcessingException json ? JsonReason.of(json) : e.getMessage();
  }

  public static ServiceException endsEarly(IOException e) {
    return INVALID_REQUEST.error("the body ended early: %s", e.getMessage());
  }

  public static String text(JsonParser parser, JsonToken value, String what) throws IOException {
    require(parser, value, JsonToken.VALUE_STRING, what);
    return parser.getText();
  }

  /**
   * Decodes a string of base64 with or without padding, without a copy of the text. Accepts the
   * URL-safe alphabet and {@code data:} URLs. Line breaks after whole groups of four characters are
   * ignored, because {@code base64} and Python insert them.
   *
   * @param parser of {@link #object}; its current value is the string
   * @param what name of the text, for messages
   * @param memory takes the bytes before they are allocated
   * @throws ServiceException {@code INVALID_REQUEST} if it is not base64
   * @throws ServiceException {@code TOO_LARGE} if it has more than {@code maxBytes}
   */
  public static byte[] base64(JsonParser parser, String what, long maxBytes, LongConsumer memory)
      throws IOException {
    require(parser, parser.currentToken(), JsonToken.VALUE_STRING, what);
    CountedBytes decoded = new CountedBytes(what, maxBytes, memory);
    try {
      ((RequestParser) parser).readBase64(decoded);
    } catch (JsonEOFException e) {
      throw e;
    } catch (JsonProcessingException | IllegalArgumentException e) { // the parser throws both
      throw INVALID_REQUEST.error("%s is not base64: %s", what, firstLine(e));
    }
    return decoded.toByteArray();
  }

  /** Reports its growth, twice: it doubles its array, and copies it at the end. */
  private static final class CountedBytes extends ByteArrayOutputStream {

    private final String what;
    private final long maxBytes;
    private final LongConsumer memory;

    CountedBytes(String what, long maxBytes, LongConsumer memory) {
      this.what = what;
      this.maxBytes = maxBytes;
      this.memory = memory;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      requireSize((long) count + length, what, maxBytes);
      memory.accept(2L * length);
      super.write(bytes, offset, length);
    }
  }

  /** Limits the members of a document, also of values that are skipped, and reads base64. */
  private static final class RequestParser extends JsonParserDelegate {

    private final Base64Input input;
    private int names;

    RequestParser(JsonParser parser, Base64Input input) {
      super(parser);
      this.input = input;
    }

    void readBase64(OutputStream decoded) throws IOException {
      input.rewriteString(delegate.currentTokenLocation().getByteOffset());
      delegate.readBinaryValue(BASE64, decoded);
    }

    @Override
    public JsonToken nextToken() throws IOException {
      JsonToken token = delegate.nextToken();
      if (token == JsonToken.FIELD_NAME && ++names > MAX_NAMES) {
        throw TOO_LARGE.error("expected at most %d members of JSON objects, got more", MAX_NAMES);
      }
      return token;
    }

    @Override
    public JsonParser skipChildren() throws IOException {
      JsonToken first = currentToken();
      int depth = first.isStructStart() ? 1 : 0;
      while (depth > 0) {
        JsonToken token = nextToken();
        if (token == null) { // the parser itself reports the end
          return this;
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      }
      return this;
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
