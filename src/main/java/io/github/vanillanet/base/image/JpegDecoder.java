package io.github.vanillanet.base.image;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.util.Optional;

/**
 * Decodes JPEGs, baseline or progressive, with Huffman coding. Uses libjpeg-turbo if this machine
 * has it, and the JDK's decoder for files that libjpeg-turbo rejects, warns about or does not
 * decode exactly. Thread-safe.
 */
public final class JpegDecoder {

  private static final String IMAGE_IO = "ImageIO";
  private static final int LARGEST_DIVISOR = 8;

  /**
   * A reduced picture keeps at least this many samples per pixel of the resized picture, in each
   * direction. Pillow's thumbnails do the same ({@code reducing_gap=2.0}).
   */
  private static final int SAMPLES_PER_PIXEL = 2;

  private final String description;
  private final Optional<TurboJpeg> turbo;
  private final ImageIoJpeg imageIo = new ImageIoJpeg();

  private JpegDecoder(String description, Optional<TurboJpeg> turbo) {
    this.description = description;
    this.turbo = turbo;
  }

  /** The JDK's own decoder. */
  public static JpegDecoder imageIo() {
    return new JpegDecoder(IMAGE_IO, Optional.empty());
  }

  /**
   * The decoder that the setting {@code vanillanet.jpeg-decoder} selects.
   *
   * @param choice {@code turbojpeg}, {@code imageio}, or {@code auto} for libjpeg-turbo if this
   *     machine has it and the JDK's decoder otherwise
   * @throws ServiceException {@code BAD_CONFIGURATION} if the choice is unknown, or if it is {@code
   *     turbojpeg} and this machine has no usable libjpeg-turbo
   */
  public static JpegDecoder of(String choice) {
    return switch (choice) {
      case "imageio" -> imageIo();
      case "turbojpeg", "auto" -> {
        try {
          TurboJpeg turbo = TurboJpeg.load();
          yield new JpegDecoder("libjpeg-turbo (%s)".formatted(turbo.name()), Optional.of(turbo));
        } catch (LinkageError e) {
          if (choice.equals("turbojpeg")) {
            throw BAD_CONFIGURATION.error(
                e, "vanillanet.jpeg-decoder: libjpeg-turbo cannot be loaded: %s", firstLine(e));
          }
          yield new JpegDecoder(
              "%s (no libjpeg-turbo: %s)".formatted(IMAGE_IO, firstLine(e)), Optional.empty());
        }
      }
      default ->
          throw BAD_CONFIGURATION.error(
              "vanillanet.jpeg-decoder: expected auto, turbojpeg or imageio, found '%s'", choice);
    };
  }

  /** Returns whether this decoder can reduce pictures while it decodes them. */
  public boolean canReduce() {
    return turbo.isPresent();
  }

  /** The decoder's name, and for {@code auto} without libjpeg-turbo the reason. */
  @Override
  public String toString() {
    return description;
  }

  /**
   * Decodes one file, at a fraction of its size if libjpeg-turbo is present and that leaves enough
   * samples for the needed size.
   *
   * @param neededWidth columns that the picture will be resized to; {@link Integer#MAX_VALUE}
   *     decodes the whole picture
   * @param neededHeight rows, likewise
   */
  RgbImage decode(byte[] encoded, long maxPixels, int neededWidth, int neededHeight)
      throws IOException {
    JpegHeader header = JpegHeader.read(encoded, maxPixels);
    if (turbo.isPresent()) {
      int divisor = divisor(header, neededWidth, neededHeight);
      if (divisor > 1 || !header.hasHalvedRows()) {
        Optional<RgbImage> decoded = turbo.get().decode(header, divisor);
        if (decoded.isPresent()) {
          return decoded.get();
        }
      }
    }
    return imageIo.decode(header);
  }

  /** Only exact divisors of both sides qualify: rounded sides would shift the crop. */
  private static int divisor(JpegHeader header, int neededWidth, int neededHeight) {
    int width = header.width();
    int height = header.height();
    int divisor = LARGEST_DIVISOR;
    while (divisor > 1
        && (width % divisor != 0
            || height % divisor != 0
            || width / (SAMPLES_PER_PIXEL * divisor) < neededWidth
            || height / (SAMPLES_PER_PIXEL * divisor) < neededHeight)) {
      divisor /= 2;
    }
    return divisor;
  }

  private static String firstLine(Throwable problem) {
    return String.valueOf(problem.getMessage())
        .lines()
        .findFirst()
        .orElse("")
        .strip()
        .replaceFirst(":$", "");
  }
}
