package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.StoredVersion;

/** Brings a published version onto a device. */
@FunctionalInterface
public interface VersionLoader {

  /**
   * @return loaded and warm; the caller's to swap in or to let go
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_ARTIFACT} if it cannot be
   *     loaded
   * @throws io.github.vanillanet.base.error.ServiceException {@code NOT_EQUIVALENT} if it does not
   *     answer here what it answered when it was certified
   */
  ServedModel load(StoredVersion version);
}
