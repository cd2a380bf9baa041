package io.github.vanillanet.base.image;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.Optional;

/** What decodes JPEGs: this machine's libjpeg-turbo, or ImageIO. Immutable; any thread. */
public final class JpegLibrary {

  private static final String IMAGE_IO = "ImageIO";

  private final String description;
  private final Optional<TurboJpeg> turbo;

  private JpegLibrary(String description, Optional<TurboJpeg> turbo) {
    this.description = description;
    this.turbo = turbo;
  }

  /** The JDK's own decoder. */
  public static JpegLibrary imageIo() {
    return new JpegLibrary(IMAGE_IO, Optional.empty());
  }

  /**
   * The library that an operator asks for.
   *
   * @param choice {@code auto}: libjpeg-turbo if this machine has it; {@code turbojpeg}; {@code
   *     imageio}
   * @throws ServiceException {@code BAD_CONFIGURATION} if the choice is none of these, or it is
   *     {@code turbojpeg} and this machine has none
   */
  public static JpegLibrary of(String choice) {
    return switch (choice) {
      case "imageio" -> imageIo();
      case "turbojpeg", "auto" -> {
        try {
          TurboJpeg turbo = TurboJpeg.load();
          yield new JpegLibrary("libjpeg-turbo (%s)".formatted(turbo.name()), Optional.of(turbo));
        } catch (LinkageError e) {
          if (choice.equals("turbojpeg")) {
            throw new ServiceException(
                ErrorCode.BAD_CONFIGURATION,
                "vanillanet.jpeg-decoder: libjpeg-turbo cannot be used: " + oneLine(e),
                e);
          }
          yield new JpegLibrary(
              "%s (no libjpeg-turbo: %s)".formatted(IMAGE_IO, oneLine(e)), Optional.empty());
        }
      }
      default ->
          throw new ServiceException(
              ErrorCode.BAD_CONFIGURATION,
              "vanillanet.jpeg-decoder: expected auto, turbojpeg or imageio, found '%s'"
                  .formatted(choice));
    };
  }

  /** Whether pictures can be reduced while they are decoded. */
  public boolean canReduce() {
    return turbo.isPresent();
  }

  Optional<TurboJpeg> turbo() {
    return turbo;
  }

  /** Its name, and why it is not libjpeg-turbo if that was looked for. */
  @Override
  public String toString() {
    return description;
  }

  private static String oneLine(Throwable problem) {
    String first = String.valueOf(problem.getMessage()).lines().findFirst().orElse("").strip();
    return first.endsWith(":") ? first.substring(0, first.length() - 1) : first;
  }
}
