package io.github.vanillanet.base.image;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;

/** Most pixels a picture may have; checked against the header, before memory is taken for them. */
record PixelLimit(long most) {

  /** Largest picture whose interleaved RGB bytes fit into one array. */
  private static final long MOST_ADDRESSABLE = (Integer.MAX_VALUE - 16) / 3;

  PixelLimit {
    if (most < 1) {
      throw new IllegalArgumentException("the pixel limit must be positive, found " + most);
    }
    most = Math.min(most, MOST_ADDRESSABLE);
  }

  /**
   * @throws IOException if a side is not positive
   * @throws ServiceException {@code TOO_LARGE} if there are more pixels than allowed
   */
  void check(long width, long height) throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException("its header declares %dx%d pixels".formatted(width, height));
    }
    if (width > most / height) {
      throw new ServiceException(
          ErrorCode.TOO_LARGE,
          "image has %dx%d pixels, expected at most %d in all".formatted(width, height, most));
    }
  }
}
