package io.github.vanillanet.benchmark;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.JpegDecoder;

/** Decoders by the names that appear in the results. */
final class Decoders {

  static final String IMAGE_IO = "imageio";
  static final String TURBO_JPEG = "turbojpeg";
  static final String TURBO_JPEG_SCALED = "turbojpeg-scaled";

  private static final long MAX_PIXELS = 1 << 24;

  private Decoders() {}

  /**
   * The decoder of that name, without a fallback.
   *
   * @throws Missing if this machine does not have it; the benchmark is then skipped
   */
  static ImageDecoder of(String name) {
    boolean scaled = name.equals(TURBO_JPEG_SCALED);
    try {
      JpegDecoder library = JpegDecoder.of(scaled ? TURBO_JPEG : name);
      return new ImageDecoder(MAX_PIXELS, library, scaled);
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.BAD_CONFIGURATION);
      throw new Missing("%s is skipped: %s".formatted(name, e.getMessage()));
    }
  }

  /** An exception without a stack trace, because JMH would print it after the message. */
  private static final class Missing extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Missing(String message) {
      super(message, null, false, false);
    }
  }
}
