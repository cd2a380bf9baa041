package io.github.vanillanet.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Samples that go through the net together.
 *
 * @param input float32 {@code [n, 3, h, w]}, normalised; direct, native byte order, position 0 to
 *     limit. The engine reads this memory: nobody writes it until the next batch is drawn.
 * @param labels {@code [n]}; nobody writes it
 */
public record Batch(ByteBuffer input, int[] labels) {

  public Batch {
    if (!input.isDirect() || input.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException("the input must be a direct buffer in native order");
    }
    int perSample = 3 * Float.BYTES;
    if (labels.length == 0 || input.remaining() % (labels.length * perSample) != 0) {
      throw new IllegalArgumentException(
          "%d bytes are not %d images".formatted(input.remaining(), labels.length));
    }
  }

  /** A batch with a copy of {@code values}. */
  public static Batch of(float[] values, int[] labels) {
    ByteBuffer direct =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    direct.asFloatBuffer().put(values);
    return new Batch(direct, labels);
  }

  public int size() {
    return labels.length;
  }
}
