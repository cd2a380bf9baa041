package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Hands out memory for what cannot be a view of the file: inflated records and strided tensors.
 * Small pieces are cut from common slabs, so that a thousand of them do not fill the heap (see
 * {@link Scratch}). Not thread-safe.
 */
final class TensorMemory {

  private static final int FIRST_SLAB = 1 << 20;
  private static final int LARGEST_SLAB = 32 << 20;

  private final Allowance allowance;
  private ByteBuffer slab = ByteBuffer.allocate(0);
  private int slabSize = FIRST_SLAB;

  TensorMemory(Allowance allowance) {
    this.allowance = allowance;
  }

  /** Zeroed, writable, little-endian, position 0. */
  ByteBuffer allocate(int bytes) {
    allowance.take(bytes);
    if (bytes > LARGEST_SLAB / 2) {
      return Scratch.allocate(bytes);
    }
    int start = (slab.position() + 7) & ~7;
    if (bytes > slab.capacity() - start) {
      while (slabSize < bytes) {
        slabSize *= 2;
      }
      slab = Scratch.allocate(slabSize);
      slabSize = Math.min(2 * slabSize, LARGEST_SLAB);
      start = 0;
    }
    slab.position(start + bytes);
    return slab.slice(start, bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
