package io.github.vanillanet.registry;

/** Brings a published version onto a device. */
@FunctionalInterface
public interface VersionLoader {

  /**
   * @return loaded and warm; the caller's to swap in or to let go
   * @throws io.github.vanillanet.error.ServiceException.BadArtifact if it cannot be loaded
   * @throws io.github.vanillanet.error.ServiceException.NotEquivalent if it does not answer here
   *     what it answered when it was certified
   */
  ServedModel load(StoredVersion version);
}
