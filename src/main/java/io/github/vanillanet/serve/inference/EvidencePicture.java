package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.image.RgbImage;

/**
 * Draws the evidence for a class over the pixels that the model has seen. The evidence minus its
 * mean over all classes is drawn, because softmax ignores the mean: red supports the class, blue
 * opposes it, and the strongest position has the strongest colour.
 *
 * <p>The colours have equal steps of lightness and chroma in CIELAB, so equal differences look
 * equal. A map below 7×7 is drawn as cells with lines between them; a larger one is interpolated.
 */
public final class EvidencePicture {

  private static final int SHORTEST_SIDE = 224;
  private static final int FEWEST_FOR_SMOOTH = 7;

  /** CIELAB of no evidence, of the strongest support, and of the strongest opposition. */
  private static final double[] NEUTRAL = {92, 0, 0};

  private static final double[] SUPPORT = {45, 62, 45};
  private static final double[] OPPOSITION = {45, 8, -55};

  private EvidencePicture() {}

  /**
   * The picture, enlarged by a whole number if it is small.
   *
   * @param crop the model's input
   * @param evidence for the class minus the mean over the classes [rows][columns]
   * @param blend weight of the colours, 0..1
   */
  public static RgbImage draw(RgbImage crop, float[][] evidence, double blend) {
    int shortest = Math.min(crop.width(), crop.height());
    int scale = Math.max(1, (SHORTEST_SIDE + shortest - 1) / shortest);
    int width = crop.width() * scale;
    int height = crop.height() * scale;
    double strongest = strongest(evidence);
    boolean smooth = Math.min(evidence.length, evidence[0].length) >= FEWEST_FOR_SMOOTH;
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double row = (y + 0.5) / height * evidence.length;
        double column = (x + 0.5) / width * evidence[0].length;
        double value =
            smooth ? interpolated(evidence, row - 0.5, column - 0.5) : cell(evidence, row, column);
        boolean line =
            !smooth && (isEdge(y, height, evidence.length) || isEdge(x, width, evidence[0].length));
        double[] colour = line ? new double[] {255, 255, 255} : colour(value / strongest);
        int from = 3 * (y / scale * crop.width() + x / scale);
        for (int channel = 0; channel < 3; channel++) {
          int pixel = crop.rgb()[from + channel] & 0xff;
          rgb[3 * (y * width + x) + channel] =
              (byte) Math.round((1 - blend) * pixel + blend * colour[channel]);
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private static double strongest(float[][] evidence) {
    double strongest = Double.MIN_NORMAL;
    for (float[] row : evidence) {
      for (float value : row) {
        strongest = Math.max(strongest, Math.abs(value));
      }
    }
    return strongest;
  }

  /** Whether a pixel begins another cell than the one before it. */
  private static boolean isEdge(int at, int length, int cells) {
    return at > 0 && at * cells / length != (at - 1) * cells / length;
  }

  private static double cell(float[][] map, double row, double column) {
    return map[(int) row][(int) column];
  }

  private static double interpolated(float[][] map, double row, double column) {
    int top = (int) Math.floor(row);
    int left = (int) Math.floor(column);
    double down = row - top;
    double right = column - left;
    return (1 - down) * ((1 - right) * at(map, top, left) + right * at(map, top, left + 1))
        + down * ((1 - right) * at(map, top + 1, left) + right * at(map, top + 1, left + 1));
  }

  private static double at(float[][] map, int row, int column) {
    return map[Math.max(0, Math.min(row, map.length - 1))][
        Math.max(0, Math.min(column, map[0].length - 1))];
  }

  /**
   * @param value −1 for the strongest opposition, 1 for the strongest support
   * @return sRGB, 0..255
   */
  private static double[] colour(double value) {
    double[] end = value > 0 ? SUPPORT : OPPOSITION;
    double weight = Math.min(1, Math.abs(value));
    double[] lab = new double[3];
    for (int i = 0; i < 3; i++) {
      lab[i] = NEUTRAL[i] + weight * (end[i] - NEUTRAL[i]);
    }
    return srgb(lab);
  }

  /** CIELAB (D65) to sRGB, with the constants of CIE 15 and IEC 61966-2-1. */
  private static double[] srgb(double[] lab) {
    double fy = (lab[0] + 16) / 116;
    double x = 0.95047 * inverse(fy + lab[1] / 500);
    double y = inverse(fy);
    double z = 1.08883 * inverse(fy - lab[2] / 200);
    return new double[] {
      gamma(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
      gamma(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
      gamma(0.0556434 * x - 0.2040259 * y + 1.0572252 * z)
    };
  }

  private static double inverse(double t) {
    return t > 6.0 / 29 ? t * t * t : 3 * 36.0 / 841 * (t - 4.0 / 29);
  }

  private static double gamma(double linear) {
    double clipped = Math.max(0, Math.min(1, linear));
    double encoded =
        clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * Math.pow(clipped, 1 / 2.4) - 0.055;
    return 255 * encoded;
  }
}
