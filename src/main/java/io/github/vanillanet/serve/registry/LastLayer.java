package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.ArtifactMethods;
import io.github.vanillanet.model.network.MapGeometry;
import io.github.vanillanet.model.repository.Classifier;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;

/** The last maps of a version, and the classifier that follows them. */
public record LastLayer(MapGeometry geometry, Classifier classifier) {

  /**
   * @throws ServiceException {@code BAD_ARTIFACT} if the artifact is missing or damaged
   */
  static LastLayer of(StoredVersion version) {
    return new LastLayer(MapGeometry.of(version.manifest().architecture()), version.classifier());
  }

  /**
   * Whether the served artifact returns its last maps.
   *
   * @param derived whether the version is served from an artifact that this release wrote
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
