package io.github.vanillanet.benchmark;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.JpegDecoder;

/** Decoders by the names that results are reported under. */
final class Decoders {

  static final String IMAGE_IO = "imageio";
  static final String TURBO_JPEG = "turbojpeg";
  static final String TURBO_JPEG_SCALED = "turbojpeg-scaled";

  private static final long MAX_PIXELS = 1 << 24;

  private Decoders() {}

  /**
   * Just this one, or nothing is measured.
   *
   * @throws Missing if this machine does not have it
   */
  static ImageDecoder of(String name) {
    boolean scaled = name.equals(TURBO_JPEG_SCALED);
    try {
      JpegDecoder library = JpegDecoder.of(scaled ? TURBO_JPEG : name);
      return new ImageDecoder(MAX_PIXELS, library, scaled);
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.BAD_CONFIGURATION);
      throw new Missing("%s is left out: %s".formatted(name, e.getMessage()));
    }
  }

  /** Has no stack trace, which JMH would print behind the one line that matters. */
  private static final class Missing extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Missing(String message) {
      super(message, null, false, false);
    }
  }
}
