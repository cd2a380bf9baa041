package io.github.vanillanet.base.image;

import java.util.Arrays;

/** The conversion of a JPEG's planes to RGB. */
enum JpegColour {
  GRAY,
  RGB,
  YCC,
  CMYK,
  YCCK;

  /** A value of {@code adobeTransform} for files without Adobe's segment. */
  static final int NO_ADOBE_SEGMENT = -1;

  private static final byte[] PLANES_NAMED_RGB = {'R', 'G', 'B'};

  /** Decides as libjpeg does: by JFIF, then by Adobe's segment, then by the planes' names. */
  static JpegColour of(int planes, byte[] planeNames, boolean jfif, int adobeTransform) {
    boolean named =
        adobeTransform == NO_ADOBE_SEGMENT && Arrays.equals(planeNames, PLANES_NAMED_RGB);
    return switch (planes) {
      case 1 -> GRAY;
      case 3 -> !jfif && (adobeTransform == 0 || named) ? RGB : YCC;
      default -> adobeTransform <= 0 ? CMYK : YCCK;
    };
  }
}
