package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Leftovers;
import io.github.vanillanet.base.files.OwnedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Adds versions to a repository. Writes everything to a hidden folder, forces it to disk, then
 * renames the folder. A failure leaves nothing behind. Several processes, also of other machines,
 * may publish at the same time without a lock: one of them gets each number, and the others find
 * its version if it is the same as theirs.
 */
public record VersionPublisher(ModelRepository repository) {

  /** Writes the artifact and the checkpoint into an empty folder and returns the manifest. */
  @FunctionalInterface
  public interface Writer {
    Manifest write(Path folder) throws IOException;
  }

  /**
   * A version of the requested content.
   *
   * @param created whether it is new, as opposed to an equal one that existed
   */
  public record Published(StoredVersion version, boolean created) {}

  /**
   * Publishes a version, unless there is an equal one.
   *
   * @param equal recognises an equal version by its manifest, its labels and its artifact
   */
  public Published publish(
      String name, List<String> labels, Predicate<StoredVersion> equal, Writer writer) {
    Path root = repository.root();
    Path model = repository.model(name);
    try {
      Files.createDirectories(model);
      Leftovers.delete(model);
      // createTempDirectory would make the version unreadable to other users
      Path temporary = Files.createDirectory(model.resolve(".publishing-" + OwnedName.next()));
      try {
        Manifest manifest = writer.write(temporary);
        Files.writeString(temporary.resolve(StoredVersion.MANIFEST), manifest.text() + "\n");
        Files.write(temporary.resolve(StoredVersion.LABELS), labels);
        DurableFiles.forceAll(temporary);
        Published published = claim(name, temporary, manifest, labels, equal);
        DurableFiles.forceFolder(model);
        DurableFiles.forceFolder(root);
        return published;
      } finally {
        FolderTree.delete(temporary); // exists only without a new version
        ActiveFile.deleteIfAlone(model);
      }
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "model %s cannot be written in %s: %s", name, root, e);
    }
  }

  /** Gives the folder the next version, unless an equal version has appeared meanwhile. */
  private Published claim(
      String name,
      Path temporary,
      Manifest manifest,
      List<String> labels,
      Predicate<StoredVersion> equal)
      throws IOException {
    List<Integer> versions = repository.versions(name); // read once: each number is compared
    Optional<StoredVersion> existing = find(name, versions, equal);
    int number = versions.isEmpty() ? 0 : versions.get(versions.size() - 1);
    while (existing.isEmpty()) {
      number++;
      ModelId id = new ModelId(name, number);
      Path folder = repository.folder(id);
      if (DurableFiles.renameToNew(temporary, folder)) {
        return new Published(new StoredVersion(id, folder, manifest, labels), true);
      }
      existing = valid(id, equal); // the list of a network file system may not have it yet
    }
    return new Published(existing.get(), false);
  }

  /** The oldest valid version that the predicate accepts. */
  Optional<StoredVersion> find(String name, Predicate<StoredVersion> equal) {
    return find(name, repository.versions(name), equal);
  }

  private Optional<StoredVersion> find(
      String name, List<Integer> versions, Predicate<StoredVersion> equal) {
    return versions.stream()
        .flatMap(version -> valid(new ModelId(name, version), equal).stream())
        .findFirst();
  }

  /** A damaged version is not equal, so publishing again repairs it. */
  private Optional<StoredVersion> valid(ModelId id, Predicate<StoredVersion> equal) {
    try {
      boolean similar = equal.test(StoredVersion.read(id, repository.folder(id)));
      return similar ? Optional.of(repository.open(id)) : Optional.empty();
    } catch (ServiceException e) {
      return Optional.empty();
    }
  }

  /**
   * Publishes a copy of another repository's version under its name, unless there is a version with
   * the same artifact and labels.
   *
   * @param accuracy for the new manifest
   * @param images that the version was trained on
   * @param calibration of its probabilities
   * @param domain marks images of none of its classes
   */
  public Published publishTrained(
      StoredVersion version,
      double accuracy,
      TrainingImages images,
      Optional<Calibration> calibration,
      Optional<DomainHint.Fitted> domain) {
    return publish(
        version.id().name(),
        version.labels(),
        version::hasContentOf,
        folder -> {
          for (String file : version.kept()) {
            Files.copy(version.folder().resolve(file), folder.resolve(file));
          }
          Optional<DomainHint> hint =
              domain.isPresent() ? Optional.of(domain.get().write(folder)) : Optional.empty();
          return version.manifest().trained(accuracy, images.write(folder), calibration, hint);
        });
  }
}
