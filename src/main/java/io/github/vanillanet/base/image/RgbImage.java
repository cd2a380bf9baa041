package io.github.vanillanet.base.image;

import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;

/**
 * An 8-bit RGB picture, row-major and interleaved: {@code rgb[(y * width + x) * 3 + channel]}.
 * Immutable: {@code rgb} is never written after construction.
 */
public record RgbImage(int width, int height, byte[] rgb) {

  /** The most pixels whose interleaved bytes fit into one array. */
  static final int MAX_PIXELS = (Integer.MAX_VALUE - 16) / 3;

  public RgbImage {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "rgb holds %d bytes, expected 3*%d*%d".formatted(rgb.length, width, height));
    }
  }

  /**
   * The picture as it was seen by the camera.
   *
   * @param orientation of the stored picture, Exif's 1 to 8
   */
  RgbImage upright(int orientation) {
    return orientation == Orientation.UPRIGHT ? this : Orientation.of(orientation, this).turn(this);
  }

  /**
   * Checks the size that a file declares, before memory is allocated for it.
   *
   * @throws IOException if a side is not positive
   * @throws ServiceException {@code TOO_LARGE} if the size exceeds {@code maxPixels}
   */
  static void requireSize(long width, long height, long maxPixels) throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException("its header declares %dx%d pixels".formatted(width, height));
    }
    if (width > maxPixels / height) {
      throw TOO_LARGE.error(
          "the image has %dx%d pixels, expected at most %d in total", width, height, maxPixels);
    }
  }
}
