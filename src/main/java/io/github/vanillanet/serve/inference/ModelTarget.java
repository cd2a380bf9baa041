package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.ModelId;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The model that a request addresses.
 *
 * @param name of a model or a group; empty for the default model
 * @param version the only version that may answer; empty for any
 */
public record ModelTarget(Optional<String> name, OptionalInt version) {

  /** The version in service of a model; without a name, of the default model. */
  public static ModelTarget of(Optional<String> name) {
    return new ModelTarget(name, OptionalInt.empty());
  }

  /**
   * A version of a model, as a path names it.
   *
   * @param version empty for the version in service
   * @throws ServiceException {@code MODEL_NOT_FOUND} if it is not a version number
   */
  public static ModelTarget of(String name, Optional<String> version) {
    OptionalInt number = version.map(ModelId::version).orElse(OptionalInt.empty());
    if (version.isPresent() && number.isEmpty()) {
      throw MODEL_NOT_FOUND.error("model '%s' has no version '%s'", name, version.get());
    }
    return new ModelTarget(Optional.of(name), number);
  }
}
