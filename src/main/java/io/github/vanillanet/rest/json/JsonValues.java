package io.github.vanillanet.rest.json;

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
   * @throws ServiceException.InvalidRequest if it is anything else; says where
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
      throw invalid(parser, "%s: expected %s, found %s".formatted(what, expected, found));
    }
  }

  public static ServiceException invalid(JsonParser parser, String problem) {
    return new ServiceException.InvalidRequest(problem + place(parser.currentLocation()));
  }

  /** Where in the body; nothing if the parser does not tell. */
  private static String place(JsonLocation location) {
    return location == null
        ? ""
        : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
  }
}
