package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;

/**
 * Pillow's {@code ImageEnhance}: {@code plain + factor * (image - plain)} in float32, truncated and
 * clipped, where {@code plain} is a degraded version of the image. Factor 1 changes nothing. Each
 * result is a new image.
 */
final class Enhancement {

  private Enhancement() {}

  /** The plain version is the gray image. */
  static RgbImage colour(RgbImage image, double factor) {
    byte[] rgb = image.rgb();
    byte[] plain = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i += 3) {
      byte gray = (byte) luma(rgb, i);
      plain[i] = gray;
      plain[i + 1] = gray;
      plain[i + 2] = gray;
    }
    return blend(plain, image, factor);
  }

  /** The plain version is one gray: the rounded mean of the gray image. */
  static RgbImage contrast(RgbImage image, double factor) {
    byte[] rgb = image.rgb();
    long sum = 0;
    for (int i = 0; i < rgb.length; i += 3) {
      sum += luma(rgb, i);
    }
    int mean = (int) ((double) sum / (rgb.length / 3) + 0.5);
    return ToneCurves.map(image, value -> blend(mean, value, (float) factor));
  }

  /** The plain version is black. */
  static RgbImage brightness(RgbImage image, double factor) {
    return ToneCurves.map(image, value -> blend(0, value, (float) factor));
  }

  /** The plain version is smoothed by a 3x3 kernel of ones with 5 in the centre. */
  static RgbImage sharpness(RgbImage image, double factor) {
    byte[] rgb = image.rgb();
    byte[] plain = rgb.clone(); // the border is not smoothed
    int row = 3 * image.width();
    for (int y = 1; y < image.height() - 1; y++) {
      for (int i = y * row + 3; i < (y + 1) * row - 3; i++) {
        int sum = column(rgb, i - 3, row) + column(rgb, i, row) + column(rgb, i + 3, row);
        // Pillow uses float32. Thirteenths are never near a half, so integers round the same way.
        plain[i] = (byte) ((2 * (sum + 4 * (rgb[i] & 0xff)) + 13) / 26);
      }
    }
    return blend(image.height() < 3 || image.width() < 3 ? rgb : plain, image, factor);
  }

  private static int column(byte[] rgb, int i, int row) {
    return (rgb[i - row] & 0xff) + (rgb[i] & 0xff) + (rgb[i + row] & 0xff);
  }

  private static RgbImage blend(byte[] plain, RgbImage image, double factor) {
    byte[] rgb = new byte[plain.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) blend(plain[i] & 0xff, image.rgb()[i] & 0xff, (float) factor);
    }
    return new RgbImage(image.width(), image.height(), rgb);
  }

  private static int blend(int plain, int value, float factor) {
    return Math.max(0, Math.min(255, (int) (plain + factor * (value - plain))));
  }

  /** ITU-R 601-2 luma in 16-bit fixed point, rounded. */
  private static int luma(byte[] rgb, int i) {
    return (rgb[i] & 0xff) * 19595
            + (rgb[i + 1] & 0xff) * 38470
            + (rgb[i + 2] & 0xff) * 7471
            + 0x8000
        >> 16;
  }
}
