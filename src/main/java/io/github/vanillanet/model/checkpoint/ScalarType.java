package io.github.vanillanet.model.checkpoint;

/** Element types of torch tensors that a checkpoint or an artifact may hold. */
public enum ScalarType {
  FLOAT32(4, "FloatStorage"),
  FLOAT64(8, "DoubleStorage"),
  FLOAT16(2, "HalfStorage"),
  BFLOAT16(2, "BFloat16Storage"),
  INT64(8, "LongStorage"),
  INT32(4, "IntStorage"),
  INT16(2, "ShortStorage"),
  INT8(1, "CharStorage"),
  UINT8(1, "ByteStorage"),
  BOOL(1, "BoolStorage");

  private final int bytes;
  private final String storageClass;

  ScalarType(int bytes, String storageClass) {
    this.bytes = bytes;
    this.storageClass = storageClass;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Name of torch's storage class, as it stands in a pickle: {@code torch.FloatStorage} etc. */
  public String storageClass() {
    return storageClass;
  }

  public boolean isFloatingPoint() {
    return switch (this) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> true;
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> false;
    };
  }
}
