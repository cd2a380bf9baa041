package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.network.Precision;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The models on disk: {@code <root>/<model>/<version>/} with {@code model.pt}, {@code
 * manifest.json}, {@code labels.txt} and {@code checkpoint.pth}. A version is complete as soon as
 * it can be seen, and nobody changes it afterwards. Names that are no model's or no version's are
 * passed over. A file {@code <root>/<model>/active} tells which version is served, one number a
 * line, then those that were before; without it that is the highest.
 */
public final class ModelRepository {

  private final Path root;
  private final ManifestFile manifests = new ManifestFile();

  /**
   * @param root need not exist yet
   */
  public ModelRepository(Path root) {
    this.root = root;
  }

  public Path root() {
    return root;
  }

  /** Names of all models with at least one version, in order; none if there is no such folder. */
  public List<String> names() {
    return list(root).stream()
        .filter(ModelId::isName)
        .filter(name -> latest(name).isPresent())
        .toList();
  }

  /** All versions of a model, ascending. */
  public List<Integer> versions(String name) {
    return list(root.resolve(ModelId.requireName(name))).stream()
        .flatMapToInt(version -> ModelId.version(version).stream())
        .sorted()
        .boxed()
        .toList();
  }

  /** The highest version of a model. */
  public OptionalInt latest(String name) {
    return versions(name).stream().mapToInt(Integer::intValue).max();
  }

  /** The version to serve: the last one activated that still exists, else the highest. */
  public OptionalInt active(String name) {
    OptionalInt active = history(name).active();
    return active.isPresent() ? active : latest(name);
  }

  /** Versions that were active and still exist; none if nobody ever chose one. */
  public VersionHistory history(String name) {
    return new ActiveFile(root.resolve(ModelId.requireName(name))).read().only(versions(name));
  }

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if the disk refuses
   */
  public void writeHistory(String name, VersionHistory history) {
    new ActiveFile(root.resolve(ModelId.requireName(name))).write(history);
  }

  private static List<String> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .sorted(Comparator.naturalOrder())
          .toList();
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION, "the folder %s cannot be read: %s".formatted(folder, e), e);
    }
  }

  /**
   * Reads a version's manifest and labels, and holds the artifact's bytes against the certificate.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if anything is missing or damaged, or the
   *     certificate does not match the bytes
   * @throws ServiceException {@code NOT_EQUIVALENT} if the certificate itself fails
   */
  public StoredVersion open(ModelId id) {
    Path folder = folder(id);
    Manifest manifest = manifest(id);
    int classes = manifest.architecture().classes();
    StoredVersion version =
        new StoredVersion(
            id, folder, manifest, labels(folder.resolve(StoredVersion.LABELS), classes));
    Certificate certificate = manifest.certificate();
    String variant = manifest.architecture().variant().officialName();
    if (!certificate.variant().equals(variant)) {
      throw new ServiceException(
          ErrorCode.BAD_ARTIFACT,
          "%s: the manifest is of a %s, its certificate of a %s"
              .formatted(folder, variant, certificate.variant()));
    }
    if (manifest.precision() != Precision.FLOAT32 || certificate.precision() != Precision.FLOAT32) {
      // only then is the strict bound asked of it; other precisions are derived at load
      throw new ServiceException(
          ErrorCode.BAD_ARTIFACT,
          "%s: expected a float32 artifact and certificate, found %s and %s"
              .formatted(folder, manifest.precision().label(), certificate.precision().label()));
    }
    certificate.requireHolds(classes);
    requireBytes(version);
    return version;
  }

  private Path folder(ModelId id) {
    return root.resolve(id.name()).resolve(Integer.toString(id.version()));
  }

  /**
   * A version's manifest, as it stands there.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if it is missing or no manifest
   */
  public Manifest manifest(ModelId id) {
    return manifests.read(folder(id).resolve(StoredVersion.MANIFEST));
  }

  /**
   * Deletes a version. It disappears in one step; one that is loaded goes on.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the disk refuses
   */
  public void delete(ModelId id) {
    try {
      FolderTree.delete(TemporaryFolder.condemn(folder(id)));
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "version %s cannot be deleted below %s: %s".formatted(id, root, e),
          e);
    }
  }

  private static void requireBytes(StoredVersion version) {
    Path artifact = version.artifact();
    if (!Files.isRegularFile(artifact)) {
      throw new ServiceException(ErrorCode.BAD_ARTIFACT, artifact + " is missing");
    }
    String certified = version.manifest().certificate().artifactSha256();
    try {
      String found = FileDigest.sha256(artifact);
      if (!found.equals(certified)) {
        throw new ServiceException(
            ErrorCode.BAD_ARTIFACT,
            "%s: the certificate is for SHA-256 %s, found %s"
                .formatted(artifact, certified, found));
      }
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_ARTIFACT, "%s cannot be read: %s".formatted(artifact, e), e);
    }
  }

  private static List<String> labels(Path file, int classes) {
    List<String> labels;
    try {
      labels = Files.readAllLines(file);
    } catch (MalformedInputException e) {
      throw new ServiceException(ErrorCode.BAD_ARTIFACT, file + ": expected UTF-8", e);
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_ARTIFACT, "%s cannot be read: %s".formatted(file, e), e);
    }
    if (labels.size() != classes) {
      throw new ServiceException(
          ErrorCode.BAD_ARTIFACT,
          "%s: expected %d labels, one a line, found %d".formatted(file, classes, labels.size()));
    }
    return labels;
  }

  /** Writes the files of a version into an empty folder, and says what its manifest is. */
  @FunctionalInterface
  public interface VersionWriter {
    Manifest write(Path folder) throws IOException;
  }

  /**
   * Publishes a new version: everything is written and forced to disk in a folder that no reader
   * looks at, which then takes its name in one step. If anything fails, nothing is left.
   *
   * @return the next version of {@code name}
   */
  public StoredVersion publish(String name, List<String> labels, VersionWriter writer) {
    Path model = root.resolve(ModelId.requireName(name));
    try {
      Files.createDirectories(model);
      TemporaryFolder.deleteAbandoned(model);
      // not createTempDirectory: its folders are closed to every other user for good
      Path temporary = Files.createDirectory(TemporaryFolder.publishing(model));
      try {
        Manifest manifest = writer.write(temporary);
        manifests.write(temporary.resolve(StoredVersion.MANIFEST), manifest);
        Files.write(temporary.resolve(StoredVersion.LABELS), labels);
        DurableFiles.forceAll(temporary);
        ModelId id = claim(name, model, temporary);
        Path folder = model.resolve(Integer.toString(id.version()));
        DurableFiles.forceFolder(model);
        DurableFiles.forceFolder(root);
        return new StoredVersion(id, folder, manifest, labels);
      } finally {
        FolderTree.delete(temporary); // gone already if it was renamed
        deleteIfEmpty(model);
      }
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "the model %s cannot be written below %s: %s".formatted(name, root, e),
          e);
    }
  }

  private static void deleteIfEmpty(Path model) throws IOException {
    try {
      Files.deleteIfExists(model);
    } catch (DirectoryNotEmptyException e) {
      // it has versions
    }
  }

  /**
   * Publishes a version of another repository here, under its name and the next number.
   *
   * @param accuracy for the new manifest
   */
  public StoredVersion publishCopy(StoredVersion version, Optional<Double> accuracy) {
    return publish(
        version.id().name(),
        version.labels(),
        folder -> {
          for (String file : List.of(StoredVersion.ARTIFACT, StoredVersion.CHECKPOINT)) {
            Files.copy(version.folder().resolve(file), folder.resolve(file));
          }
          return version.manifest().withAccuracy(accuracy);
        });
  }

  /** Another process may publish the same model: whoever comes second takes the next number. */
  private ModelId claim(String name, Path model, Path temporary) throws IOException {
    for (int version = latest(name).orElse(0) + 1; ; version++) {
      Path target = model.resolve(Integer.toString(version));
      if (DurableFiles.renameToNew(temporary, target)) {
        return new ModelId(name, version);
      }
    }
  }

  /** Every model's version to serve. */
  public List<ModelId> active() {
    List<ModelId> active = new ArrayList<>();
    for (String name : names()) {
      active(name).ifPresent(version -> active.add(new ModelId(name, version)));
    }
    return active;
  }
}
