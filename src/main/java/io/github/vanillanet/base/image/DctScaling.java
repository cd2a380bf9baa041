package io.github.vanillanet.base.image;

/**
 * How far a JPEG may be reduced while it is decoded, which takes fewer coefficients of each block
 * and is not what Pillow's resize of the whole picture gives.
 *
 * @param height rows that the picture will be resized to
 * @param width columns that the picture will be resized to
 */
record DctScaling(int height, int width) {

  /**
   * The reduced picture keeps at least this many samples for each one it is resized to; Pillow's
   * thumbnails do the same ({@code reducing_gap=2.0}).
   */
  private static final int SAMPLES_PER_PIXEL = 2;

  private static final int LARGEST_DIVISOR = 8;

  /**
   * 8, 4 or 2 if it divides both sides and leaves enough of a picture, else 1. Sides that had to be
   * rounded would move the crop.
   */
  int divisor(int pictureWidth, int pictureHeight) {
    int divisor = LARGEST_DIVISOR;
    while (divisor > 1
        && (pictureWidth % divisor != 0
            || pictureHeight % divisor != 0
            || pictureWidth < SAMPLES_PER_PIXEL * divisor * width
            || pictureHeight < SAMPLES_PER_PIXEL * divisor * height)) {
      divisor /= 2;
    }
    return divisor;
  }
}
