package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.PictureOptions;
import io.github.vanillanet.serve.api.json.JsonValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code parameters} of a request, an input or an output: strings, numbers and booleans by
 * name. The protocol requires that unknown ones are ignored.
 *
 * @param where position of the parameters, for messages
 */
public record Parameters(String where, Map<String, Object> values) {

  static Parameters none(String where) {
    return new Parameters(where, Map.of());
  }

  /** Reads scalars. Nulls are dropped; a nested value becomes an empty map. */
  static Parameters read(JsonParser parser, JsonToken value, String where) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return Parameters.none(where);
    }
    JsonValues.require(parser, value, JsonToken.START_OBJECT, "parameters");
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

  /** A Long if it fits. */
  private static Number wholeNumber(JsonParser parser) throws IOException {
    Number number = parser.getNumberValue();
    return number instanceof Integer small ? Long.valueOf(small) : number;
  }

  Optional<String> text(String name) {
    return value(name, String.class, "a string");
  }

  Optional<Boolean> flag(String name) {
    return value(name, Boolean.class, "true or false");
  }

  /** A whole number of at least {@code least}. */
  Optional<Long> wholeNumber(String name, long least) {
    Optional<Long> number = value(name, Long.class, "a whole number of 64 bits");
    if (number.isPresent() && number.get() < least) {
      throw invalid(name, "at least " + least, number.get());
    }
    return number;
  }

  /** The parts of the preprocessing that the parameters replace. */
  Optional<PictureOptions> pictures() {
    List<PictureOptions.Part> parts = new ArrayList<>();
    for (String name : PictureOptions.NAMES) {
      text(name).ifPresent(value -> parts.add(new PictureOptions.Part(name, value)));
    }
    return parts.isEmpty() ? Optional.empty() : Optional.of(new PictureOptions(parts));
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  private <T> Optional<T> value(String name, Class<T> type, String expected) {
    Object value = values.get(name);
    if (value != null && !type.isInstance(value)) {
      throw invalid(name, expected, value);
    }
    return Optional.ofNullable(type.cast(value));
  }

  private ServiceException invalid(String name, String expected, Object found) {
    return INVALID_REQUEST.error(
        "%s: parameters.%s: expected %s, got %s", where, name, expected, found);
  }
}
