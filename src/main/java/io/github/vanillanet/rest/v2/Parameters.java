package io.github.vanillanet.rest.v2;

import io.github.vanillanet.error.ServiceException;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code parameters} of a request, an input or an output: strings, numbers and booleans by
 * name. Unknown ones are passed over, as the protocol wants it.
 *
 * @param where they stand, for messages
 */
record Parameters(String where, Map<String, Object> values) {

  static Parameters none(String where) {
    return new Parameters(where, Map.of());
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

  boolean has(String name) {
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
    return new ServiceException.InvalidRequest(
        "%s: parameters.%s: expected %s, found %s".formatted(where, name, expected, found));
  }
}
