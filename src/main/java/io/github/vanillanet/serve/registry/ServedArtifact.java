package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.engine.DerivedArtifact;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ReducedPrecisions;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file that a version is loaded from: the published artifact, or a temporary one derived from
 * it. One is derived for another arithmetic, and on a CPU for a net with small maps or few
 * operations, which the published form computes slowly. A derived artifact is certified by its own
 * answers at every load.
 */
record ServedArtifact(Path file, String sha256, Arithmetic arithmetic, boolean derived)
    implements AutoCloseable {

  private static final Logger LOG = System.getLogger(ServedArtifact.class.getName());

  static ServedArtifact of(StoredVersion version, List<Device> devices, Arithmetic arithmetic) {
    Manifest manifest = version.manifest();
    if (arithmetic.equals(Arithmetic.PUBLISHED)
        && !(devices.contains(Device.CPU)
            && DeployedModule.gainsOnCpu(manifest.architecture(), manifest.preprocessing()))) {
      String published = manifest.certificate().artifactSha256();
      return new ServedArtifact(version.artifact(), published, arithmetic, false);
    }
    version.safetyNet(arithmetic.precision()); // fails for a precision that may not be served
    try {
      Path file = TemporaryFiles.file("vanillanet-", ".pt");
      try {
        DerivedArtifact.write(
            version.artifact(),
            manifest.architecture(),
            manifest.preprocessing(),
            arithmetic,
            version.reducedPrecisions().flatMap(ReducedPrecisions::ranges),
            file);
        return new ServedArtifact(file, Sha256.of(file), arithmetic, true);
      } catch (IOException | RuntimeException | Error e) {
        Files.delete(file);
        throw e;
      }
    } catch (IOException | UncheckedIOException e) {
      throw BAD_CONFIGURATION.error(
          e,
          "%s: cannot write the artifact for %s in %s: %s",
          version.id(),
          arithmetic,
          System.getProperty("java.io.tmpdir"),
          e);
    }
  }

  /**
   * Compares the answers of one worker to all probes with the golden ones.
   *
   * @return the certificate of the loaded artifact
   * @throws ServiceException {@code NOT_EQUIVALENT} if an answer differs by more than the bound
   */
  Certificate certificate(StoredVersion version, List<float[]> answers) {
    Certificate published = version.manifest().certificate();
    if (derived) {
      return version
          .reducedPrecisions()
          .flatMap(reduced -> reduced.certificate(arithmetic.precision()))
          .map(reduced -> published.of(reduced, sha256, answers))
          .orElseGet(() -> published.of(arithmetic.precision(), sha256, answers));
    }
    for (int i = 0; i < answers.size(); i++) {
      published.requireAnswer(i, answers.get(i));
    }
    return published;
  }

  /** Deletes the temporary file. If that fails, the file stays until the process ends. */
  @Override
  public void close() {
    if (derived) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.log(Level.WARNING, "cannot delete {0}: {1}", file, e);
      }
    }
  }
}
