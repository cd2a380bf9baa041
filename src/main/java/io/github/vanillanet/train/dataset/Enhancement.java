package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;

/**
 * Moves a picture away from, or towards, a plain version of itself: {@code plain + factor *
 * (picture - plain)} in float32, truncated and clipped, equal to Pillow's {@code ImageEnhance}. A
 * factor of 1 changes nothing. Stateless; each result is a new picture.
 */
final class Enhancement {

  private Enhancement() {}

  /** Against its gray version. */
  static RgbImage colour(RgbImage picture, double factor) {
    byte[] rgb = picture.rgb();
    byte[] plain = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i += 3) {
      byte gray = (byte) luma(rgb, i);
      plain[i] = gray;
      plain[i + 1] = gray;
      plain[i + 2] = gray;
    }
    return blend(plain, picture, factor);
  }

  /** Against one gray: the mean of its gray version, rounded. */
  static RgbImage contrast(RgbImage picture, double factor) {
    byte[] rgb = picture.rgb();
    long sum = 0;
    for (int i = 0; i < rgb.length; i += 3) {
      sum += luma(rgb, i);
    }
    int mean = (int) ((double) sum / (rgb.length / 3) + 0.5);
    return ToneCurves.map(picture, value -> blend(mean, value, (float) factor));
  }

  /** Against black. */
  static RgbImage brightness(RgbImage picture, double factor) {
    return ToneCurves.map(picture, value -> blend(0, value, (float) factor));
  }

  /** Against a smoothed version: of 3x3 pixels, the middle one weighs 5, the others 1. */
  static RgbImage sharpness(RgbImage picture, double factor) {
    byte[] rgb = picture.rgb();
    byte[] plain = rgb.clone(); // the border stays as it is
    int row = 3 * picture.width();
    for (int y = 1; y < picture.height() - 1; y++) {
      for (int i = y * row + 3; i < (y + 1) * row - 3; i++) {
        int sum = column(rgb, i - 3, row) + column(rgb, i, row) + column(rgb, i + 3, row);
        // Pillow adds in float32; thirteenths are never near a half, so integers round alike.
        plain[i] = (byte) ((2 * (sum + 4 * (rgb[i] & 0xff)) + 13) / 26);
      }
    }
    return blend(picture.height() < 3 || picture.width() < 3 ? rgb : plain, picture, factor);
  }

  private static int column(byte[] rgb, int i, int row) {
    return (rgb[i - row] & 0xff) + (rgb[i] & 0xff) + (rgb[i + row] & 0xff);
  }

  private static RgbImage blend(byte[] plain, RgbImage picture, double factor) {
    byte[] rgb = new byte[plain.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) blend(plain[i] & 0xff, picture.rgb()[i] & 0xff, (float) factor);
    }
    return new RgbImage(picture.width(), picture.height(), rgb);
  }

  private static int blend(int plain, int value, float factor) {
    return Math.max(0, Math.min(255, (int) (plain + factor * (value - plain))));
  }

  /** ITU-R 601-2 in 16-bit fixed point, rounded. */
  private static int luma(byte[] rgb, int i) {
    return (rgb[i] & 0xff) * 19595
            + (rgb[i + 1] & 0xff) * 38470
            + (rgb[i + 2] & 0xff) * 7471
            + 0x8000
        >> 16;
  }
}
