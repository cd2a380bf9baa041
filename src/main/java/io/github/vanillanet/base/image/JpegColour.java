package io.github.vanillanet.base.image;

/**
 * Turns a JPEG's planes into RGB with the integer arithmetic of libjpeg, then, for four planes, of
 * Pillow's CMYK. Pillow takes every four-plane JPEG for inverted, Adobe or not.
 */
enum JpegColour {
  GRAY,
  RGB,
  YCC,
  CMYK,
  YCCK;

  private static final int SCALE_BITS = 16;
  private static final int HALF = 1 << SCALE_BITS - 1;
  private static final int RED_FROM_CR = fixed(1.40200);
  private static final int GREEN_FROM_CR = fixed(0.71414);
  private static final int GREEN_FROM_CB = fixed(0.34414);
  private static final int BLUE_FROM_CB = fixed(1.77200);

  /** How libjpeg takes the planes: by JFIF, then by Adobe's segment, then by their names. */
  static JpegColour of(JpegSegments file) {
    int adobe = file.adobeTransform().orElse(-1);
    return switch (file.frame().components().size()) {
      case 1 -> GRAY;
      case 3 -> {
        boolean named = adobe < 0 && file.frame().isNamedRgb();
        yield !file.jfif() && (adobe == 0 || named) ? RGB : YCC;
      }
      default -> adobe <= 0 ? CMYK : YCCK;
    };
  }

  /**
   * @param planes samples, interleaved pixel by pixel; the caller leaves them to this method
   * @return as many pixels of interleaved RGB
   */
  byte[] toRgb(byte[] planes, int pixels) {
    if (this == RGB) {
      return planes;
    }
    byte[] rgb = new byte[3 * pixels];
    for (int i = 0, at = 0; i < pixels; i++, at += 3) {
      switch (this) {
        case GRAY -> {
          rgb[at] = planes[i];
          rgb[at + 1] = planes[i];
          rgb[at + 2] = planes[i];
        }
        case YCC -> ycc(planes, at, rgb, at);
        case CMYK -> {
          rgb[at] = planes[4 * i];
          rgb[at + 1] = planes[4 * i + 1];
          rgb[at + 2] = planes[4 * i + 2];
          addBlack(rgb, at, planes[4 * i + 3] & 0xff);
        }
        case YCCK -> {
          ycc(planes, 4 * i, rgb, at);
          // libjpeg stores 255 - RGB as CMY; inverting that for Adobe gives RGB again.
          rgb[at] = (byte) ~rgb[at];
          rgb[at + 1] = (byte) ~rgb[at + 1];
          rgb[at + 2] = (byte) ~rgb[at + 2];
          addBlack(rgb, at, planes[4 * i + 3] & 0xff);
        }
        case RGB -> throw new IllegalStateException("returned above");
      }
    }
    return rgb;
  }

  private static void ycc(byte[] planes, int from, byte[] rgb, int at) {
    int luma = planes[from] & 0xff;
    int cb = (planes[from + 1] & 0xff) - 128;
    int cr = (planes[from + 2] & 0xff) - 128;
    rgb[at] = clip(luma + (RED_FROM_CR * cr + HALF >> SCALE_BITS));
    rgb[at + 1] = clip(luma + (HALF - GREEN_FROM_CB * cb - GREEN_FROM_CR * cr >> SCALE_BITS));
    rgb[at + 2] = clip(luma + (BLUE_FROM_CB * cb + HALF >> SCALE_BITS));
  }

  /** In place: stored (inverted) cyan, magenta, yellow and black to red, green, blue. */
  private static void addBlack(byte[] rgb, int at, int storedBlack) {
    for (int channel = 0; channel < 3; channel++) {
      int ink = 255 - (rgb[at + channel] & 0xff);
      int product = ink * storedBlack + 128;
      rgb[at + channel] = clip(storedBlack - ((product >> 8) + product >> 8));
    }
  }

  private static byte clip(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }

  private static int fixed(double factor) {
    return (int) (factor * (1 << SCALE_BITS) + 0.5);
  }
}
