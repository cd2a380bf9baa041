package io.github.vanillanet.base.image;

/** A plain implementation of Pillow's bicubic resize, the reference for the fast one. */
final class PlainResizer {

  private PlainResizer() {}

  static RgbImage resize(RgbImage source, int width, int height) {
    RgbImage wide =
        source.width() == width ? source : transpose(resizeRows(transpose(source), width));
    return wide.height() == height ? wide : resizeRows(wide, height);
  }

  static RgbImage crop(RgbImage source, int left, int top, int width, int height) {
    byte[] out = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      int from = 3 * ((top + y) * source.width() + left);
      System.arraycopy(source.rgb(), from, out, 3 * y * width, 3 * width);
    }
    return new RgbImage(width, height, out);
  }

  private static RgbImage resizeRows(RgbImage source, int height) {
    int rowLength = 3 * source.width();
    double scale = (double) source.height() / height;
    double filterScale = Math.max(scale, 1);
    double support = 2 * filterScale;
    byte[] out = new byte[rowLength * height];
    for (int y = 0; y < height; y++) {
      double center = (y + 0.5) * scale;
      int low = (int) Math.max(0, center - support + 0.5);
      int high = Math.min(source.height(), (int) (center + support + 0.5));
      double[] weights = new double[high - low];
      double sum = 0;
      for (int i = 0; i < weights.length; i++) {
        weights[i] = kernel((i + low - center + 0.5) * (1.0 / filterScale));
        sum += weights[i];
      }
      for (int x = 0; x < rowLength; x++) {
        int total = 1 << 21;
        for (int i = 0; i < weights.length; i++) {
          double weight = weights[i] / sum * (1 << 22);
          int fixed = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
          total += fixed * (source.rgb()[(low + i) * rowLength + x] & 0xff);
        }
        out[y * rowLength + x] = (byte) Math.max(0, Math.min(255, total >> 22));
      }
    }
    return new RgbImage(source.width(), height, out);
  }

  private static double kernel(double position) {
    double x = Math.abs(position);
    if (x < 1) {
      return (1.5 * x - 2.5) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
  }

  private static RgbImage transpose(RgbImage source) {
    byte[] out = new byte[source.rgb().length];
    for (int y = 0; y < source.height(); y++) {
      for (int x = 0; x < source.width(); x++) {
        System.arraycopy(
            source.rgb(), 3 * (y * source.width() + x), out, 3 * (x * source.height() + y), 3);
      }
    }
    return new RgbImage(source.height(), source.width(), out);
  }
}
