package io.github.vanillanet.model.checkpoint;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A dict in order of insertion. It may contain itself, so equality is identity. */
final class PickleDict {

  /** Comparing equal keys of many megabytes again and again would take minutes. */
  private static final int LONGEST_KEY = 4096;

  private final Map<Object, Object> entries = new LinkedHashMap<>();

  void put(Object key, Object value) {
    if (key instanceof String text && text.length() > LONGEST_KEY) {
      throw Rejection.of(
          "pickle: expected dict keys of at most %d characters, found %d",
          LONGEST_KEY, text.length());
    }
    // Hashing a hostile tuple may not end, so other keys are replaced by unique objects.
    boolean comparable =
        key instanceof String
            || key instanceof Long
            || key instanceof Boolean
            || key instanceof Double
            || key instanceof BigInteger
            || key == Unpickler.NONE;
    entries.put(comparable ? key : new Object(), value);
  }

  Optional<Object> get(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  Map<Object, Object> entries() {
    return Collections.unmodifiableMap(entries);
  }
}
