package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Versions as they stand in a path. */
final class Versions {

  private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

  private Versions() {}

  /**
   * @throws ServiceException {@code MODEL_NOT_FOUND} if it can be none
   */
  static OptionalInt parse(String model, String version) {
    if (!VERSION.matcher(version).matches()) {
      throw new ServiceException(
          ErrorCode.MODEL_NOT_FOUND,
          "there is no version '%s' of model '%s'".formatted(version, model));
    }
    return OptionalInt.of(Integer.parseInt(version));
  }
}
