package io.github.vanillanet.model.checkpoint;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A dict in order of insertion. It may contain itself, so equality is identity. */
final class PickleDict {

  private final Map<Object, Object> entries = new LinkedHashMap<>();

  /** Equal keys of many megabytes, put again and again, would be compared for minutes. */
  private static final int LONGEST_KEY = 4096;

  void put(Object key, Object value) {
    if (key instanceof String text && text.length() > LONGEST_KEY) {
      throw Refusal.of(
          "pickle: expected dict keys of at most %d characters, found %d",
          LONGEST_KEY, text.length());
    }
    entries.put(isSimple(key) ? key : new ByIdentity(key), value);
  }

  /** Only simple keys are compared by value: hashing a hostile tuple may take for ever. */
  private static boolean isSimple(Object key) {
    return key instanceof String
        || key instanceof Long
        || key instanceof Boolean
        || key instanceof Double
        || key instanceof BigInteger
        || key instanceof PickleNone;
  }

  Optional<Object> get(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  Map<Object, Object> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /** Keys as they may be shown to a person. */
  List<String> keyNames() {
    return entries.keySet().stream()
        .map(key -> key instanceof ByIdentity ? "(not a string)" : key.toString())
        .toList();
  }

  private static final class ByIdentity {
    @SuppressWarnings("unused") // kept alive so that a later equal key is another object
    private final Object key;

    ByIdentity(Object key) {
      this.key = key;
    }
  }
}
