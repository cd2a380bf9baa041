package io.github.vanillanet.image;

/**
 * Smooths the chroma of a 4:4:0 JPEG as libjpeg-turbo and so Pillow does: each row is 3/4 its own
 * stored row and 1/4 the neighbour's. The libjpeg 6b inside most JDKs merely repeats each stored
 * row; a JDK that links libjpeg-turbo, as Debian's, has smoothed already.
 */
final class ChromaRows {

  private ChromaRows() {}

  /** Smooths in place, unless it is done already: rows then do not come in equal pairs. */
  static void smooth(byte[] planes, int width, int height, int components) {
    for (int plane = 1; plane < 3; plane++) {
      if (comesInEqualPairs(planes, width, height, components, plane)) {
        smoothPlane(planes, width, height, components, plane);
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
