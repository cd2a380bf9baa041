package io.github.vanillanet.model.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The inputs of an artifact, and whether the last maps are wanted with the logits. */
public enum InputKind {
  /** uint8 RGB [n, h, w, 3]. The artifact normalises it. */
  IMAGES(1, false),
  /** float32 [n, 3, h, w], normalised. */
  NORMALISED(4, false),
  /** As {@link #IMAGES}. Each row of the result ends with the last maps. */
  IMAGES_WITH_MAPS(1, true),
  /** As {@link #NORMALISED}. Each row of the result ends with the last maps. */
  NORMALISED_WITH_MAPS(4, true);

  private final int bytesPerValue;
  private final boolean maps;

  InputKind(int bytesPerValue, boolean maps) {
    this.bytesPerValue = bytesPerValue;
    this.maps = maps;
  }

  /** Whether each row of the result ends with the last maps. */
  public boolean maps() {
    return maps;
  }

  /** Whether the input is uint8 pixels. */
  public boolean pixels() {
    return bytesPerValue == 1;
  }

  /** The same input, with the last maps in the result. */
  public InputKind withMaps() {
    return pixels() ? IMAGES_WITH_MAPS : NORMALISED_WITH_MAPS;
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
