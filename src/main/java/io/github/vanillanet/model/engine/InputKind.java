package io.github.vanillanet.model.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The two inputs of an artifact. */
public enum InputKind {
  /** uint8 RGB [n, h, w, 3]. The artifact normalises it. */
  IMAGES(1),
  /** float32 [n, 3, h, w], normalised. */
  NORMALISED(4);

  private final int bytesPerValue;

  InputKind(int bytesPerValue) {
    this.bytesPerValue = bytesPerValue;
  }

  /** Size in bytes of one sample of {@code height}×{@code width} pixels. */
  public int sampleBytes(int height, int width) {
    return Math.multiplyExact(Math.multiplyExact(3 * bytesPerValue, height), width);
  }

  /** A direct buffer for samples of {@code height}×{@code width} pixels. */
  public ByteBuffer buffer(int samples, int height, int width) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(samples, sampleBytes(height, width)))
        .order(ByteOrder.nativeOrder());
  }
}
