package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * Normalised pixels lie within ±3. What overflows float32 inside the net would not show: a ReLU
 * makes 0 of what is no number, and the logits look like any others. So what is far from pixels is
 * not computed with.
 */
final class PlausibleInput {

  private static final float LARGEST = 1000;

  /**
   * The bits of floats without their sign are in the floats' order, with infinities and what is no
   * number above all others.
   */
  private static final int LARGEST_BITS = Float.floatToRawIntBits(LARGEST);

  /** Few enough that a block and what is found in it stay in the first cache. */
  private static final int BLOCK = 1024;

  private PlausibleInput() {}

  /**
   * @param values float32, native byte order; not moved
   * @throws ServiceException {@code INVALID_REQUEST} naming the first value that is no pixel
   */
  static void require(ByteBuffer values) {
    IntBuffer bits = values.duplicate().order(ByteOrder.nativeOrder()).asIntBuffer();
    if (!allPlausible(bits.duplicate())) {
      throw new ServiceException(ErrorCode.INVALID_REQUEST, describe(bits));
    }
  }

  /** In arrays, since the JIT compiler vectorises no loop over a buffer: a third of the time. */
  private static boolean allPlausible(IntBuffer bits) {
    int[] block = new int[BLOCK];
    int[] room = new int[BLOCK]; // below 0 where any value had none
    while (bits.remaining() >= BLOCK) {
      bits.get(block);
      addRoom(block, room);
    }
    int rest = bits.remaining();
    bits.get(block, 0, rest); // behind it is what was looked at before
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
    return "expected normalised pixels between -%1$.0f and %1$.0f, element %2$d is %3$s"
        .formatted(LARGEST, at, Float.intBitsToFloat(bits.get(at)));
  }
}
