package io.github.vanillanet.model.engine;

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
}
