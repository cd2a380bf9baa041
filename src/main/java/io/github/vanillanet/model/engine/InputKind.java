package io.github.vanillanet.model.engine;

/** The two views of a model's input. */
public enum InputKind {
  /** uint8 RGB, {@code [n, h, w, 3]}; normalised inside the artifact. */
  IMAGES(1),
  /** float32, normalised, {@code [n, 3, h, w]}. */
  NORMALISED(4);

  private final int bytesPerValue;

  InputKind(int bytesPerValue) {
    this.bytesPerValue = bytesPerValue;
  }

  /** Bytes that one sample of an {@code height}×{@code width} model takes. */
  public int sampleBytes(int height, int width) {
    return Math.multiplyExact(Math.multiplyExact(3 * bytesPerValue, height), width);
  }
}
