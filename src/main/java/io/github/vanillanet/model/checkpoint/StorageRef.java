package io.github.vanillanet.model.checkpoint;

import java.util.Optional;

/**
 * A storage as the pickle describes it; nothing is loaded yet. The location ({@code cpu}, {@code
 * cuda:0}) is dropped.
 *
 * @param type torch's class name, e.g. {@code FloatStorage}; {@code UntypedStorage} counts bytes
 * @param elements at least 0
 */
record StorageRef(String type, String key, long elements) {

  private static final String KIND = "storage";
  private static final int LONGEST_KEY = 256;

  /** Reads {@code ('storage', class, key, location, elements[, view])}. */
  static StorageRef of(Object persistentId) {
    if (persistentId instanceof PickleTuple id
        && (id.size() == 5 || id.size() == 6 && id.get(5) == PickleNone.NONE)
        && KIND.equals(id.get(0))
        && id.get(1) instanceof Global type
        && AllowedGlobals.use(type).equals(Optional.of(GlobalUse.STORAGE))
        && id.get(2) instanceof String key
        && key.length() <= LONGEST_KEY
        && id.get(4) instanceof Long elements
        && elements >= 0) {
      return new StorageRef(type.name(), key, elements);
    }
    throw Refusal.of(
        "pickle: expected persistent ids ('storage', class, key, location, size), found %s",
        persistentId instanceof PickleTuple id && id.size() > 0 && id.get(0) instanceof String kind
            ? "'" + Refusal.quote(kind) + "' of another form"
            : Refusal.kind(persistentId));
  }

  /** Bytes of one element, if the type is known. */
  Optional<Integer> elementBytes() {
    return type.equals("UntypedStorage")
        ? Optional.of(1)
        : ElementTypes.of(type).map(ScalarType::bytes);
  }

  /**
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_CHECKPOINT} if it is of
   *     unknown type or its size overflows
   */
  long byteSize() {
    long width =
        elementBytes()
            .orElseThrow(
                () ->
                    Refusal.of(
                        "storage %s: expected a known element type, found %s",
                        Refusal.quote(key), Refusal.quote(type)));
    if (elements > Long.MAX_VALUE / width) {
      throw Refusal.of(
          "storage %s: expected a size below 2^63 bytes, found %d elements of %d bytes",
          Refusal.quote(key), elements, width);
    }
    return elements * width;
  }
}
