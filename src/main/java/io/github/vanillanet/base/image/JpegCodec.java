package io.github.vanillanet.base.image;

import java.io.IOException;
import java.util.Optional;

/**
 * JPEG, baseline or progressive, with Huffman coding. The JDK decodes what libjpeg-turbo does not,
 * or not without a warning: of a damaged file, its verdict counts.
 */
final class JpegCodec implements Codec {

  private final ImageIoJpeg imageIo = new ImageIoJpeg();
  private final Optional<TurboJpeg> turbo;

  /**
   * @param turbo decodes what it can; the JDK the rest
   */
  JpegCodec(Optional<TurboJpeg> turbo) {
    this.turbo = turbo;
  }

  @Override
  public RgbImage decode(byte[] encoded, PixelLimit limit) throws IOException {
    return decode(JpegSegments.read(encoded, limit), 1);
  }

  /**
   * Decodes, smaller than it is if it is much larger than needed.
   *
   * @param scaling what is needed
   */
  RgbImage decode(byte[] encoded, PixelLimit limit, DctScaling scaling) throws IOException {
    JpegSegments file = JpegSegments.read(encoded, limit);
    return decode(file, scaling.divisor(file.frame().width(), file.frame().height()));
  }

  private RgbImage decode(JpegSegments file, int divisor) throws IOException {
    Optional<RgbImage> decoded =
        turbo
            .filter(library -> divisor > 1 || TurboJpeg.isExactFor(file.frame()))
            .flatMap(library -> library.decode(file, divisor));
    return decoded.isPresent() ? decoded.get() : imageIo.decode(file);
  }
}
