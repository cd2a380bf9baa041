package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A dense row-major tensor of at most 2 GiB in host memory. Its bytes are little-endian, on the
 * heap or in a mapping; there is nothing to close. Immutable; any thread.
 *
 * @param bytes from position to limit: little-endian, row-major; not copied
 */
public record HostTensor(ScalarType type, long[] shape, ByteBuffer bytes) {

  private static final int CHUNK = 1 << 14;

  public HostTensor {
    shape = shape.clone();
    bytes = bytes.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long expected = Math.multiplyExact(elementCount(shape), (long) type.bytes());
    if (bytes.remaining() != expected) {
      throw new IllegalArgumentException(
          "%s %s takes %d bytes, found %d"
              .formatted(type, Arrays.toString(shape), expected, bytes.remaining()));
    }
  }

  public static HostTensor of(float[] values, long... shape) {
    return build(ScalarType.FLOAT32, shape, bytes -> bytes.asFloatBuffer().put(values));
  }

  public static HostTensor of(double[] values, long... shape) {
    return build(ScalarType.FLOAT64, shape, bytes -> bytes.asDoubleBuffer().put(values));
  }

  /**
   * Allocates the tensor's memory, outside the heap if it is large, and lets {@code fill} write it
   * once, from position 0, little-endian.
   */
  public static HostTensor build(ScalarType type, long[] shape, Consumer<ByteBuffer> fill) {
    long size = Math.multiplyExact(elementCount(shape), (long) type.bytes());
    ByteBuffer memory = TensorMemory.allocate(size);
    fill.accept(memory.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    return new HostTensor(type, shape, memory);
  }

  /**
   * Product of the dimensions; 1 for a scalar.
   *
   * @throws ArithmeticException if it overflows or a dimension is negative
   */
  public static long elementCount(long... shape) {
    long count = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new ArithmeticException("negative dimension in " + Arrays.toString(shape));
      }
      count = Math.multiplyExact(count, dimension);
    }
    return count;
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  public boolean hasShape(long... expected) {
    return Arrays.equals(shape, expected);
  }

  public int elementCount() {
    return bytes.capacity() / type.bytes();
  }

  /** A new read-only view of all bytes, little-endian, position 0. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The same bytes with another shape of the same element count. */
  public HostTensor reshape(long... newShape) {
    return new HostTensor(type, newShape, bytes);
  }

  /** Elements as float64, exact for every type but INT64 beyond 2^53. */
  public double[] toDoubles() {
    double[] values = new double[elementCount()];
    copyTo(0, values);
    return values;
  }

  public float[] toFloats() {
    double[] values = toDoubles();
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** Copies {@code values.length} elements from flat index {@code from} on, as float64. */
  public void copyTo(int from, double[] values) {
    // bulk copies for the types of networks with hundreds of millions of weights
    if (type == ScalarType.FLOAT64) {
      bytes().asDoubleBuffer().get(from, values);
    } else if (type == ScalarType.FLOAT32) {
      float[] floats = new float[values.length];
      bytes().asFloatBuffer().get(from, floats);
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = element(from + i);
      }
    }
  }

  private double element(int index) {
    return switch (type) {
      case FLOAT32 -> bytes.getFloat(index * 4);
      case FLOAT64 -> bytes.getDouble(index * 8);
      case FLOAT16 -> HalfPrecision.float16ToFloat(bytes.getShort(index * 2));
      case BFLOAT16 -> HalfPrecision.bfloat16ToFloat(bytes.getShort(index * 2));
      case INT64 -> bytes.getLong(index * 8);
      case INT32 -> bytes.getInt(index * 4);
      case INT16 -> bytes.getShort(index * 2);
      case INT8 -> bytes.get(index);
      case UINT8, BOOL -> bytes.get(index) & 0xff;
    };
  }

  /** The same values in another floating type, rounded to nearest, ties to even. */
  public HostTensor to(ScalarType target) {
    if (target == type) {
      return this;
    }
    return build(
        target,
        shape,
        out -> {
          int count = elementCount();
          for (int from = 0; from < count; from += CHUNK) {
            double[] chunk = new double[Math.min(CHUNK, count - from)];
            copyTo(from, chunk);
            for (double value : chunk) {
              put(out, target, value);
            }
          }
        });
  }

  private static void put(ByteBuffer out, ScalarType type, double value) {
    switch (type) {
      case FLOAT32 -> out.putFloat((float) value);
      case FLOAT64 -> out.putDouble(value);
      case FLOAT16 -> out.putShort(HalfPrecision.floatToFloat16((float) value));
      case BFLOAT16 -> out.putShort(HalfPrecision.floatToBfloat16((float) value));
      case INT64, INT32, INT16, INT8, UINT8, BOOL ->
          throw new IllegalArgumentException("expected a floating type, found " + type);
    }
  }

  @Override
  public String toString() {
    return type.name().toLowerCase(Locale.ROOT) + Arrays.toString(shape);
  }
}
