package io.github.vanillanet.base.image;

/**
 * An 8-bit RGB picture, row-major, interleaved: {@code rgb[(y * width + x) * 3 + channel]}. Nobody
 * writes {@code rgb} after construction.
 */
public record RgbImage(int width, int height, byte[] rgb) {

  public RgbImage {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "rgb holds %d bytes, expected 3*%d*%d".formatted(rgb.length, width, height));
    }
  }
}
