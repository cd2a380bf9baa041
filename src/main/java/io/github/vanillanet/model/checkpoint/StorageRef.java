package io.github.vanillanet.model.checkpoint;

import java.util.Map;
import java.util.Optional;

/**
 * A pickle's description of a storage that is not loaded yet, without its location ({@code cpu},
 * {@code cuda:0}).
 *
 * @param type torch's class name, e.g. {@code FloatStorage}; {@code UntypedStorage} counts bytes
 * @param elements at least 0
 */
record StorageRef(String type, String key, long elements) {

  private static final String KIND = "storage";
  private static final int LONGEST_KEY = 256;

  /** Bytes of an element of storages that no weights use. */
  private static final Map<String, Integer> OTHER_WIDTHS =
      Map.of(
          "UntypedStorage", 1,
          "QUInt8Storage", 1,
          "QInt8Storage", 1,
          "QUInt4x2Storage", 1,
          "QUInt2x4Storage", 1,
          "QInt32Storage", 4,
          "ComplexFloatStorage", 8,
          "ComplexDoubleStorage", 16);

  /** Reads {@code ('storage', class, key, location, elements[, view])}. */
  static StorageRef of(Object persistentId) {
    if (persistentId instanceof Object[] id
        && (id.length == 5 || id.length == 6 && id[5] == Unpickler.NONE)
        && KIND.equals(id[0])
        && id[1] instanceof Global type
        && type.use() == Global.Use.STORAGE
        && id[2] instanceof String key
        && key.length() <= LONGEST_KEY
        && id[4] instanceof Long elements
        && elements >= 0) {
      return new StorageRef(type.name(), key, elements);
    }
    throw Rejection.of(
        "pickle: expected persistent ids ('storage', class, key, location, size), found %s",
        persistentId instanceof Object[] id && id.length > 0 && id[0] instanceof String kind
            ? "'" + Rejection.quote(kind) + "' in another form"
            : Rejection.kind(persistentId));
  }

  /** The class of a module, which the older format names as {@code ('module', class, ...)}. */
  static Optional<Global> moduleClass(Object persistentId) {
    return persistentId instanceof Object[] id
            && id.length > 1
            && "module".equals(id[0])
            && id[1] instanceof Global type
        ? Optional.of(type)
        : Optional.empty();
  }

  long byteSize() {
    Integer other = OTHER_WIDTHS.get(type);
    long width =
        other == null ? ScalarType.require(type, "storage " + Rejection.quote(key)).bytes() : other;
    if (elements > Long.MAX_VALUE / width) {
      throw Rejection.of(
          "storage %s: expected a size below 2^63 bytes, found %d elements of %d bytes",
          Rejection.quote(key), elements, width);
    }
    return elements * width;
  }
}
