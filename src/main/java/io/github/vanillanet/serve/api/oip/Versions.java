package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.ModelId;
import java.util.OptionalInt;

/** Versions as they stand in a path. */
final class Versions {

  private Versions() {}

  /**
   * @throws ServiceException {@code MODEL_NOT_FOUND} if it can be none
   */
  static OptionalInt parse(String model, String version) {
    OptionalInt number = ModelId.version(version);
    if (number.isEmpty()) {
      throw new ServiceException(
          ErrorCode.MODEL_NOT_FOUND,
          "there is no version '%s' of model '%s'".formatted(version, model));
    }
    return number;
  }
}
