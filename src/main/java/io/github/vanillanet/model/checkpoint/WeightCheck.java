package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Refuses weights that no training can have meant: NaN, infinities, negative variances. */
final class WeightCheck {

  private static final int CHUNK = 1 << 14;
  private static final String VARIANCE = "running_var";

  private WeightCheck() {}

  /**
   * Looks at every value and names all offenders at once.
   *
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_CHECKPOINT} if there are
   *     any
   */
  static void requireSane(StateDict weights) {
    List<String> nonFinite = new ArrayList<>();
    List<String> negative = new ArrayList<>();
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (tensor.type().isFloatingPoint() && !isFinite(tensor)) {
                nonFinite.add(name);
              } else if (isVariance(name) && hasNegative(tensor)) {
                negative.add(name);
              }
            });
    if (!nonFinite.isEmpty() || !negative.isEmpty()) {
      String first = complaint("finite weights", "NaN or infinity", nonFinite);
      String second = complaint("variances of at least 0", "negative ones", negative);
      throw Refusal.of("%s%s%s", first, first.isEmpty() || second.isEmpty() ? "" : "; ", second);
    }
  }

  private static String complaint(String expected, String found, List<String> names) {
    return names.isEmpty()
        ? ""
        : "expected %s, found %s in %s".formatted(expected, found, Refusal.list(names));
  }

  private static boolean isVariance(String name) {
    return name.equals(VARIANCE) || name.endsWith('.' + VARIANCE);
  }

  /** A value is finite unless its exponent is all ones; signs are shifted out. */
  private static boolean isFinite(HostTensor tensor) {
    ByteBuffer bytes = tensor.bytes();
    return switch (tensor.type()) {
      case FLOAT32 -> largest32(bytes) < 0x7f800000;
      case FLOAT64 -> largest64(bytes) < 0x7ff0000000000000L;
      case FLOAT16 -> largest16(bytes) < 0x7c00;
      case BFLOAT16 -> largest16(bytes) < 0x7f80;
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> true;
    };
  }

  /** Largest magnitude as bits: for finite floats the order of bits is the order of values. */
  private static int largest32(ByteBuffer bytes) {
    int[] chunk = new int[CHUNK];
    int largest = 0;
    for (var rest = bytes.asIntBuffer(); rest.hasRemaining(); ) {
      int count = Math.min(CHUNK, rest.remaining());
      rest.get(chunk, 0, count);
      for (int i = 0; i < count; i++) {
        largest = Math.max(largest, chunk[i] & Integer.MAX_VALUE);
      }
    }
    return largest;
  }

  private static long largest64(ByteBuffer bytes) {
    long largest = 0;
    for (var rest = bytes.asLongBuffer(); rest.hasRemaining(); ) {
      largest = Math.max(largest, rest.get() & Long.MAX_VALUE);
    }
    return largest;
  }

  private static int largest16(ByteBuffer bytes) {
    int largest = 0;
    for (var rest = bytes.asShortBuffer(); rest.hasRemaining(); ) {
      largest = Math.max(largest, rest.get() & Short.MAX_VALUE);
    }
    return largest;
  }

  private static boolean hasNegative(HostTensor tensor) {
    double[] chunk = new double[1024];
    for (int from = 0; from < tensor.elementCount(); from += chunk.length) {
      double[] values =
          tensor.elementCount() - from < chunk.length
              ? new double[tensor.elementCount() - from]
              : chunk;
      tensor.copyTo(from, values);
      for (double value : values) {
        if (value < 0) {
          return true;
        }
      }
    }
    return false;
  }
}
