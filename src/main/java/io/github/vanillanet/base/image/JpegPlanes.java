package io.github.vanillanet.base.image;

/**
 * Converts the stored planes of a JPEG to RGB, bit-equal to libjpeg-turbo and Pillow. Samples are
 * interleaved pixel by pixel, at full resolution.
 */
final class JpegPlanes {

  private static final int SCALE_BITS = 16;
  private static final int HALF = 1 << SCALE_BITS - 1;
  private static final int RED_FROM_CR = (int) (1.40200 * (1 << SCALE_BITS) + 0.5);
  private static final int GREEN_FROM_CR = (int) (0.71414 * (1 << SCALE_BITS) + 0.5);
  private static final int GREEN_FROM_CB = (int) (0.34414 * (1 << SCALE_BITS) + 0.5);
  private static final int BLUE_FROM_CB = (int) (1.77200 * (1 << SCALE_BITS) + 0.5);

  private JpegPlanes() {}

  /**
   * @param samples overwritten, and possibly returned
   */
  static byte[] toRgb(byte[] samples, JpegHeader header) {
    for (int plane = 0; plane < header.planes; plane++) {
      if (header.rowsHalved[plane]) {
        smoothRepeatedRows(samples, header.width, header.height, header.planes, plane);
      }
    }
    return switch (header.colour()) {
      case RGB -> samples;
      case GRAY -> grayToRgb(samples);
      case YCC -> {
        convertYcc(samples, 3, 0);
        yield samples;
      }
      case CMYK -> cmykToRgb(samples);
      case YCCK -> {
        convertYcc(samples, 4, 0xff); // libjpeg stores the complement of RGB as CMY
        yield cmykToRgb(samples);
      }
    };
  }

  /**
   * Smooths a plane that stores half the rows as libjpeg-turbo does: each row is 3/4 its own stored
   * row and 1/4 the neighbour's. The libjpeg 6b inside most JDKs repeats each stored row instead. A
   * JDK that links libjpeg-turbo, such as Debian's, has already smoothed: its rows do not come in
   * equal pairs, and this method leaves them unchanged.
   */
  static void smoothRepeatedRows(byte[] samples, int width, int height, int planes, int plane) {
    int stride = width * planes;
    for (int y = 0; y + 1 < height; y += 2) {
      for (int at = y * stride + plane; at < (y + 1) * stride; at += planes) {
        if (samples[at] != samples[at + stride]) {
          return;
        }
      }
    }
    int stored = (height + 1) / 2;
    int[] column = new int[stored];
    for (int start = plane; start < stride; start += planes) {
      for (int i = 0; i < stored; i++) {
        column[i] = samples[start + 2 * i * stride] & 0xff;
      }
      for (int y = 0; y < height; y++) {
        int own = y / 2;
        int other = Math.max(0, Math.min(stored - 1, y % 2 == 0 ? own - 1 : own + 1));
        int rounding = y % 2 == 0 ? 1 : 2;
        samples[start + y * stride] = (byte) (3 * column[own] + column[other] + rounding >> 2);
      }
    }
  }

  private static byte[] grayToRgb(byte[] gray) {
    byte[] rgb = new byte[3 * gray.length];
    for (int i = 0, at = 0; i < gray.length; i++, at += 3) {
      rgb[at] = gray[i];
      rgb[at + 1] = gray[i];
      rgb[at + 2] = gray[i];
    }
    return rgb;
  }

  /**
   * Converts Y, Cb and Cr in place with libjpeg's integer arithmetic.
   *
   * @param stride samples per pixel
   * @param mask 0 for RGB, 0xff for its complement
   */
  private static void convertYcc(byte[] samples, int stride, int mask) {
    for (int at = 0; at < samples.length; at += stride) {
      int luma = samples[at] & 0xff;
      int cb = (samples[at + 1] & 0xff) - 128;
      int cr = (samples[at + 2] & 0xff) - 128;
      int red = luma + (RED_FROM_CR * cr + HALF >> SCALE_BITS);
      int green = luma + (HALF - GREEN_FROM_CB * cb - GREEN_FROM_CR * cr >> SCALE_BITS);
      int blue = luma + (BLUE_FROM_CB * cb + HALF >> SCALE_BITS);
      samples[at] = (byte) (Math.max(0, Math.min(255, red)) ^ mask);
      samples[at + 1] = (byte) (Math.max(0, Math.min(255, green)) ^ mask);
      samples[at + 2] = (byte) (Math.max(0, Math.min(255, blue)) ^ mask);
    }
  }

  /**
   * Pillow treats every JPEG with four planes as inverted CMYK, with or without an Adobe segment.
   */
  static byte[] cmykToRgb(byte[] inverted) {
    byte[] rgb = new byte[inverted.length / 4 * 3];
    for (int at = 0, from = 0; at < rgb.length; at += 3, from += 4) {
      int white = inverted[from + 3] & 0xff;
      for (int channel = 0; channel < 3; channel++) {
        int ink = 255 - (inverted[from + channel] & 0xff);
        int product = ink * white + 128;
        int value = white - ((product >> 8) + product >> 8);
        rgb[at + channel] = (byte) Math.max(0, Math.min(255, value));
      }
    }
    return rgb;
  }
}
