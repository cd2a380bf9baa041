package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.ArtifactMethods;
import io.github.vanillanet.model.network.MapGeometry;
import io.github.vanillanet.model.repository.Classifier;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;

/** The last maps of a version, and the classifier that follows them. */
public record LastLayer(MapGeometry geometry, Classifier classifier) {

  /**
   * @param derived whether the version is served from an artifact that this release wrote
   * @throws ServiceException {@code CONFLICT} if the artifact is too old to return its last maps,
   *     {@code BAD_ARTIFACT} if it is missing or damaged
   */
  static LastLayer of(StoredVersion version, boolean derived) {
    if (!isAvailable(version, derived)) {
      throw CONFLICT.error(
          "%s has no features and no class maps: its artifact is of an early release;"
              + " 'verify --upgrade %s' publishes it again with them",
          version.id(), version.id().name());
    }
    return new LastLayer(MapGeometry.of(version.manifest().architecture()), version.classifier());
  }

  /**
   * Whether the served artifact returns its last maps.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if it is missing or damaged
   */
  static boolean isAvailable(StoredVersion version, boolean derived) {
    try {
      return derived || ArtifactMethods.hasMaps(version.artifact());
    } catch (IOException e) {
      throw BAD_ARTIFACT.error(e, "%s: %s", version.artifact(), e.getMessage());
    }
  }
}
