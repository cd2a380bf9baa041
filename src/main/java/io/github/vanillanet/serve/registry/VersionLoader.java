package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.StoredVersion;

/** Loads a published version for service. */
@FunctionalInterface
public interface VersionLoader {

  /**
   * Loads and warms up a version. The caller owns it.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if it cannot be loaded
   * @throws ServiceException {@code NOT_EQUIVALENT} if its answers differ from its certificate
   */
  ServedModel load(StoredVersion version);
}
