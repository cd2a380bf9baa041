package io.github.vanillanet.base.image;

/**
 * Smooths JPEG planes that are stored with half the rows, as the chroma of 4:4:0, the way
 * libjpeg-turbo and so Pillow does: each row is 3/4 its own stored row and 1/4 the neighbour's. The
 * libjpeg 6b inside most JDKs merely repeats each stored row; a JDK that links libjpeg-turbo, as
 * Debian's, has smoothed already.
 */
final class HalvedRows {

  private HalvedRows() {}

  /**
   * Smooths in place, unless it is done already: rows then do not come in equal pairs.
   *
   * @param planes samples at full resolution, interleaved pixel by pixel
   */
  static void smooth(byte[] planes, JpegFrame frame) {
    int components = frame.components().size();
    for (int plane = 0; plane < components; plane++) {
      if (frame.halvesRowsOnly(plane)
          && comesInEqualPairs(planes, frame.width(), frame.height(), components, plane)) {
        smoothPlane(planes, frame.width(), frame.height(), components, plane);
      }
    }
  }

  private static boolean comesInEqualPairs(
      byte[] planes, int width, int height, int components, int plane) {
    int stride = width * components;
    for (int y = 0; y + 1 < height; y += 2) {
      for (int at = y * stride + plane; at < (y + 1) * stride; at += components) {
        if (planes[at] != planes[at + stride]) {
          return false;
        }
      }
    }
    return true;
  }

  private static void smoothPlane(byte[] planes, int width, int height, int components, int plane) {
    int stored = (height + 1) / 2;
    int stride = width * components;
    int[] column = new int[stored];
    for (int x = 0; x < width; x++) {
      int start = x * components + plane;
      for (int i = 0; i < stored; i++) {
        column[i] = planes[start + 2 * i * stride] & 0xff;
      }
      for (int y = 0; y < height; y++) {
        int own = y / 2;
        int other = Math.max(0, Math.min(stored - 1, y % 2 == 0 ? own - 1 : own + 1));
        int rounding = y % 2 == 0 ? 1 : 2;
        planes[start + y * stride] = (byte) (3 * column[own] + column[other] + rounding >> 2);
      }
    }
  }
}
