package io.github.vanillanet.train.dataset;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Samples that pass through the network together. The source of the batch owns the memory of {@code
 * input} and overwrites it when the next batch is drawn; all others only read it.
 *
 * @param input float32 [n, 3, side, side], normalised; direct, native byte order, from position to
 *     limit
 * @param labels [n]
 * @param indices [n], positions in the list of samples; for a damaged file that was replaced, the
 *     position of the replacement
 */
public record Batch(ByteBuffer input, int[] labels, int[] indices) {

  public Batch {
    if (!input.isDirect() || input.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException("input must be a direct buffer in native byte order");
    }
    int pixelBytes = 3 * Float.BYTES * Math.max(1, labels.length);
    if (labels.length != indices.length || input.remaining() % pixelBytes != 0) {
      throw new IllegalArgumentException(
          "%d labels, %d indices and %d input bytes do not belong together"
              .formatted(labels.length, indices.length, input.remaining()));
    }
  }

  public int size() {
    return labels.length;
  }

  /** Height and width of the images. */
  public int side() {
    return (int) Math.sqrt(input.remaining() / (3 * Float.BYTES * Math.max(1, size())));
  }
}
