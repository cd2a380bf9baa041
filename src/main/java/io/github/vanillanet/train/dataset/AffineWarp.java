package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An affine map from output to input positions: (x, y), in pixels from the top left corner, is read
 * at {@code (a x + b y + c, d x + e y + f)}. Equal to Pillow's {@code Image.transform(AFFINE,
 * BICUBIC)}: bicubic with a = -1 in float64, truncated and clipped. Pillow's resize uses another
 * kernel. Positions outside the image get the fill colour.
 */
record AffineWarp(double a, double b, double c, double d, double e, double f) {

  /** The ImageNet mean as 8-bit RGB. */
  private static final byte[] FILL = {124, 116, 104};

  private static final int ROTATION_DECIMALS = 15;

  static AffineWarp shear(double x, double y) {
    return new AffineWarp(1, x, 0, y, 1, 0);
  }

  static AffineWarp shift(double x, double y) {
    return new AffineWarp(1, 0, x, 0, 1, y);
  }

  /** Counter-clockwise about the centre. */
  static AffineWarp rotation(double degrees, int width, int height) {
    double turn = degrees % 360;
    double angle = -Math.toRadians(turn < 0 ? turn + 360 : turn);
    double cos = rounded(Math.cos(angle));
    double sin = rounded(Math.sin(angle));
    double minusSin = rounded(-Math.sin(angle));
    double x = width / 2.0;
    double y = height / 2.0;
    return new AffineWarp(
        cos, sin, cos * -x + sin * -y + x, minusSin, cos, minusSin * -x + cos * -y + y);
  }

  private static double rounded(double value) {
    return new BigDecimal(value).setScale(ROTATION_DECIMALS, RoundingMode.HALF_EVEN).doubleValue();
  }

  RgbImage apply(RgbImage image) {
    int width = image.width();
    int height = image.height();
    byte[] rgb = new byte[image.rgb().length];
    for (int y = 0, at = 0; y < height; y++) {
      for (int x = 0; x < width; x++, at += 3) {
        double fromX = a * (x + 0.5) + b * (y + 0.5) + c;
        double fromY = d * (x + 0.5) + e * (y + 0.5) + f;
        if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) {
          System.arraycopy(FILL, 0, rgb, at, 3);
        } else {
          sample(image, fromX - 0.5, fromY - 0.5, rgb, at);
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /** Interpolates the 4x4 pixels around (x, y). The border is repeated outside the image. */
  private static void sample(RgbImage image, double x, double y, byte[] rgb, int at) {
    int column = (int) Math.floor(x);
    int row = (int) Math.floor(y);
    double right = x - column;
    double down = y - row;
    int width = image.width();
    int x0 = 3 * clip(column - 1, width);
    int x1 = 3 * clip(column, width);
    int x2 = 3 * clip(column + 1, width);
    int x3 = 3 * clip(column + 2, width);
    int height = image.height();
    byte[] source = image.rgb();
    int r1 = 3 * width * clip(row, height);
    if (down == 0) { // shifts and shears along x: the other rows have weight 0
      for (int i = 0; i < 3; i++) {
        rgb[at + i] = truncate(across(source, r1 + i, x0, x1, x2, x3, right));
      }
      return;
    }
    int r0 = 3 * width * clip(row - 1, height);
    int r2 = 3 * width * clip(row + 1, height);
    int r3 = 3 * width * clip(row + 2, height);
    for (int i = 0; i < 3; i++) {
      rgb[at + i] =
          truncate(
              cubic(
                  across(source, r0 + i, x0, x1, x2, x3, right),
                  across(source, r1 + i, x0, x1, x2, x3, right),
                  across(source, r2 + i, x0, x1, x2, x3, right),
                  across(source, r3 + i, x0, x1, x2, x3, right),
                  down));
    }
  }

  private static double across(
      byte[] source, int row, int x0, int x1, int x2, int x3, double right) {
    if (right == 0) { // shifts and shears along y
      return source[row + x1] & 0xff;
    }
    return cubic(
        source[row + x0] & 0xff,
        source[row + x1] & 0xff,
        source[row + x2] & 0xff,
        source[row + x3] & 0xff,
        right);
  }

  /** Pillow's order of operations; another order rounds differently. */
  private static double cubic(double v1, double v2, double v3, double v4, double t) {
    double p2 = -v1 + v3;
    double p3 = 2 * (v1 - v2) + v3 - v4;
    double p4 = -v1 + v2 - v3 + v4;
    return v2 + t * (p2 + t * (p3 + t * p4));
  }

  private static int clip(int position, int size) {
    return Math.max(0, Math.min(size - 1, position));
  }

  private static byte truncate(double value) {
    return (byte) (value <= 0 ? 0 : value >= 255 ? 255 : (int) value);
  }
}
