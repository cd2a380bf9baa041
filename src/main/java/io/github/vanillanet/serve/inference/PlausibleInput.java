package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * Rejects tensors whose values cannot be normalised pixels, which lie within ±3. A larger value may
 * overflow float32 inside the net, and a ReLU turns the resulting NaN into 0, so that the logits
 * look valid.
 */
final class PlausibleInput {

  private static final float LARGEST = 1000;

  /**
   * Without the sign bit, the bits of floats have the same order as their magnitudes, and
   * infinities and NaN are the largest.
   */
  private static final int LARGEST_BITS = Float.floatToRawIntBits(LARGEST);

  /** Two arrays of this many ints fit into the L1 cache. */
  private static final int BLOCK = 1024;

  private PlausibleInput() {}

  /**
   * @param values float32, native byte order; not moved
   * @throws ServiceException {@code INVALID_REQUEST} with the first value out of range
   */
  static void require(ByteBuffer values) {
    IntBuffer bits = values.duplicate().order(ByteOrder.nativeOrder()).asIntBuffer();
    if (!allPlausible(bits.duplicate())) {
      throw INVALID_REQUEST.error(describe(bits));
    }
  }

  /** Copies to arrays, because the JIT compiler does not vectorise loops over a buffer. */
  private static boolean allPlausible(IntBuffer bits) {
    int[] block = new int[BLOCK];
    int[] room = new int[BLOCK]; // negative where any value was too large
    while (bits.remaining() >= BLOCK) {
      bits.get(block);
      addRoom(block, room);
    }
    int rest = bits.remaining();
    bits.get(block, 0, rest); // the values behind it were checked before
    addRoom(block, room);
    int least = 0;
    for (int one : room) {
      least |= one;
    }
    return least >= 0;
  }

  private static void addRoom(int[] bits, int[] room) {
    for (int i = 0; i < room.length; i++) {
      room[i] |= LARGEST_BITS - (bits[i] & Integer.MAX_VALUE);
    }
  }

  private static String describe(IntBuffer bits) {
    int at = 0;
    while ((bits.get(at) & Integer.MAX_VALUE) <= LARGEST_BITS) {
      at++;
    }
    return "expected normalised pixels between -%1$.0f and %1$.0f, but element %2$d is %3$s"
        .formatted(LARGEST, at, Float.intBitsToFloat(bits.get(at)));
  }
}
