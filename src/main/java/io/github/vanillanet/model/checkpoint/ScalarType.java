package io.github.vanillanet.model.checkpoint;

import java.util.List;
import java.util.Optional;

/** Element types of torch tensors that a checkpoint or an artifact may hold. */
public enum ScalarType {
  FLOAT32(4, "FloatStorage", "float32", "float"),
  FLOAT64(8, "DoubleStorage", "float64", "double"),
  FLOAT16(2, "HalfStorage", "float16", "half"),
  BFLOAT16(2, "BFloat16Storage", "bfloat16"),
  INT64(8, "LongStorage", "int64", "long"),
  INT32(4, "IntStorage", "int32", "int"),
  INT16(2, "ShortStorage", "int16", "short"),
  INT8(1, "CharStorage", "int8"),
  UINT8(1, "ByteStorage", "uint8"),
  BOOL(1, "BoolStorage", "bool");

  private final int bytes;
  private final String storageClass;
  private final List<String> dtypes;

  ScalarType(int bytes, String storageClass, String... dtypes) {
    this.bytes = bytes;
    this.storageClass = storageClass;
    this.dtypes = List.of(dtypes);
  }

  /** Finds a type by its storage class ({@code HalfStorage}) or dtype ({@code float16}). */
  static Optional<ScalarType> ofTorchName(String name) {
    for (ScalarType type : values()) {
      if (type.storageClass.equals(name) || type.dtypes.contains(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /**
   * @param what names the tensor or storage in the message
   */
  static ScalarType require(String name, String what) {
    return ofTorchName(name)
        .orElseThrow(
            () ->
                Rejection.of(
                    "%s: expected a known element type, found %s", what, Rejection.quote(name)));
  }

  public int bytes() {
    return bytes;
  }

  /** Name of torch's storage class in a pickle, without its module: {@code FloatStorage} etc. */
  String storageClass() {
    return storageClass;
  }

  public boolean isFloatingPoint() {
    return switch (this) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> true;
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> false;
    };
  }
}
