package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * One version of one model.
 *
 * @param name a safe file name: letters, digits, dots, hyphens and underscores
 * @param version at least 1
 */
public record ModelId(String name, int version) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

  public ModelId {
    requireName(name);
    if (version < 1) {
      throw new IllegalArgumentException("expected a version of at least 1, found " + version);
    }
  }

  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Parses a version: up to nine digits, no leading zero. */
  public static OptionalInt version(String text) {
    return VERSION.matcher(text).matches()
        ? OptionalInt.of(Integer.parseInt(text))
        : OptionalInt.empty();
  }

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if {@code name} is not a model's name
   */
  public static String requireName(String name) {
    if (!isName(name)) {
      throw BAD_CONFIGURATION.error(
          "model name: expected 1 to 64 letters, digits, dots, hyphens and underscores,"
              + " beginning with a letter or digit, found '%s'",
          name);
    }
    return name;
  }

  @Override
  public String toString() {
    return name + "/" + version;
  }
}
