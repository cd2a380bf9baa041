package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.ArtifactMethods;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ShapeReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Publishes a version of an early release again, with the artifact of this release and a
 * certificate of its own. No version is changed in place.
 *
 * @param threads of the certificate's forward passes
 * @param progress receives the name of each step
 */
public record VersionUpgrade(
    TorchRuntime runtime, ModelRepository repository, int threads, Consumer<String> progress) {

  /**
   * Returns whether a version lacks what artifacts of this release have: the last maps, for
   * features and class maps.
   */
  public static boolean isOutdated(StoredVersion version) {
    try {
      return !ArtifactMethods.hasMaps(version.artifact());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + version.artifact(), e);
    }
  }

  /**
   * Publishes the version's checkpoint again, with everything that was measured or fitted for its
   * weights. The new version is not activated. Calibrations of reduced precisions belong to the old
   * artifact and are not copied.
   *
   * @return the new version, or an equal one that existed
   * @throws ServiceException {@code BAD_CHECKPOINT} if the checkpoint is missing or damaged, {@code
   *     NOT_EQUIVALENT} if the certificate does not hold
   */
  public StoredVersion publish(StoredVersion old) {
    try {
      Path temporary = TemporaryFiles.folder("vanillanet-");
      try {
        StoredVersion fresh =
            new ModelPublisher(runtime, new ModelRepository(temporary), threads, progress)
                .publish(candidate(old));
        Manifest manifest = fresh.manifest().withResultsOf(old.manifest());
        return new VersionPublisher(repository)
            .publish(
                old.id().name(),
                old.labels(),
                version -> version.manifest().certificate().equals(manifest.certificate()),
                folder -> {
                  copy(fresh.folder(), folder, StoredVersion.ARTIFACT, StoredVersion.CHECKPOINT);
                  copy(old.folder(), folder, TrainingImages.FILE, ClassMeans.FILE);
                  return manifest;
                })
            .version();
      } finally {
        FolderTree.delete(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot upgrade " + old.id(), e);
    }
  }

  private static void copy(Path from, Path to, String... files) throws IOException {
    for (String file : List.of(files)) {
      if (Files.exists(from.resolve(file))) {
        Files.copy(from.resolve(file), to.resolve(file));
      }
    }
  }

  private static Candidate candidate(StoredVersion old) {
    Manifest manifest = old.manifest();
    StateDict weights =
        TorchCheckpoint.read(old.folder().resolve(StoredVersion.CHECKPOINT), Optional.empty())
            .weights();
    return new Candidate(
        old.id().name(),
        Network.of(manifest.architecture(), ShapeReader.form(weights)),
        weights,
        1,
        manifest.preprocessing(),
        old.labels(),
        manifest.trained(),
        manifest.origin());
  }
}
