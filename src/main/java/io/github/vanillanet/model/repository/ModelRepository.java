package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Leftovers;
import io.github.vanillanet.base.files.OwnedName;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The models on disk. {@code ROOT/MODEL/VERSION/} has {@code model.pt}, {@code manifest.json},
 * {@code labels.txt} and {@code checkpoint.pth}. A version appears in one step and never changes.
 * {@code ROOT/MODEL/active} has the {@link VersionHistory}, {@code ROOT/.default} the {@link
 * DefaultMark}. Other entries are ignored.
 *
 * @param root may not exist yet
 */
public record ModelRepository(Path root) {

  private static final Logger LOG = System.getLogger(ModelRepository.class.getName());

  /** Names of all models with at least one version or an unreadable folder, sorted. */
  public List<String> names() {
    return folders(root).stream().filter(ModelId::isName).filter(this::mayHaveVersions).toList();
  }

  private boolean mayHaveVersions(String name) {
    try {
      return latest(name).isPresent();
    } catch (ServiceException e) {
      return true;
    }
  }

  /** All versions of a model, ascending. */
  public List<Integer> versions(String name) {
    return folders(model(name)).stream()
        .flatMapToInt(version -> ModelId.version(version).stream())
        .sorted()
        .boxed()
        .toList();
  }

  public OptionalInt latest(String name) {
    return versions(name).stream().mapToInt(Integer::intValue).max();
  }

  /** The version to serve if it is good: the first of {@link #choices}. */
  public OptionalInt active(String name) {
    return choices(name, fault -> {}).stream().mapToInt(ModelId::version).findFirst();
  }

  /**
   * Records the version to serve, or that there is none, unless it is recorded already. A version
   * that is published later is then not served until it is activated.
   */
  public void pinActive(String name) {
    Path model = model(name);
    VersionHistory stored = history(name);
    if (stored.active().isEmpty() && !stored.none()) {
      VersionHistory history = VersionHistory.of(active(name).stream().boxed().toList());
      try {
        Files.createDirectories(model);
      } catch (IOException e) {
        throw BAD_CONFIGURATION.error(e, "model %s cannot be written in %s: %s", name, root, e);
      }
      history.write(model);
    }
  }

  /** Records {@code id} as the version to serve from the next start of a service on. */
  public void activate(ModelId id) {
    writeHistory(id.name(), history(id.name()).activated(id.version()));
  }

  /**
   * The version that a text names.
   *
   * @param model {@code name}, for its version to serve, or {@code name/version}
   * @return empty if it names none; the version need not exist
   */
  public Optional<ModelId> find(String model) {
    String[] parts = model.split("/", 2);
    OptionalInt version = parts.length == 2 ? ModelId.version(parts[1]) : active(parts[0]);
    return version.stream().mapToObj(number -> new ModelId(parts[0], number)).findFirst();
  }

  /** The version to serve of every model. */
  public List<ModelId> active() {
    return names().stream()
        .flatMap(name -> active(name).stream().mapToObj(version -> new ModelId(name, version)))
        .toList();
  }

  /**
   * The versions of a model that may serve, best first, see {@link VersionHistory#choices}.
   *
   * @param faults receives what is wrong with the files that decide, one line each
   * @throws ServiceException {@code BAD_CONFIGURATION} if they cannot be read and there are several
   *     versions
   */
  public List<ModelId> choices(String name, Consumer<String> faults) {
    List<Integer> existing = versions(name);
    VersionHistory history;
    try {
      history = VersionHistory.read(model(name), faults);
    } catch (ServiceException e) {
      if (existing.size() != 1) {
        throw e;
      }
      faults.accept(e.getMessage());
      history = VersionHistory.empty();
    }
    history.active().stream()
        .filter(active -> !existing.contains(active))
        .forEach(active -> faults.accept(folder(new ModelId(name, active)) + " is missing"));
    return history.choices(existing).stream().map(version -> new ModelId(name, version)).toList();
  }

  /**
   * The versions that were active and still exist.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if they cannot be read
   */
  public VersionHistory history(String name) {
    return VersionHistory.read(model(name), fault -> {}).only(versions(name));
  }

  public void writeHistory(String name, VersionHistory history) {
    history.write(model(name));
  }

  /** The folder of a model. */
  public Path model(String name) {
    return root.resolve(ModelId.requireName(name));
  }

  /** The folder of a version. */
  public Path folder(ModelId id) {
    return root.resolve(id.name()).resolve(Integer.toString(id.version()));
  }

  private static List<String> folders(Path parent) {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(parent)) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "the folder %s cannot be read: %s", parent, e);
    }
  }

  /**
   * Reads a version and verifies its certificate against the artifact's bytes.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if a file is missing or damaged, or the
   *     certificate is for other bytes
   * @throws ServiceException {@code NOT_EQUIVALENT} if the certificate does not hold
   */
  public StoredVersion open(ModelId id) {
    return StoredVersion.open(id, folder(id));
  }

  /** Reads a version's manifest without any verification. */
  public Manifest manifest(ModelId id) {
    return Manifest.read(folder(id).resolve(StoredVersion.MANIFEST));
  }

  /**
   * Deletes a version. It disappears in one step; a loaded one stays in service.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the files cannot be deleted
   */
  public void delete(ModelId id) {
    try {
      FolderTree.delete(Leftovers.hide(folder(id)));
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "version %s cannot be deleted in %s: %s", id, root, e);
    }
  }

  /** Deletes what killed processes left, as far as the repository can be written. */
  public void deleteLeftovers() {
    try {
      if (Files.isDirectory(root)) {
        Leftovers.delete(root);
        for (String name : folders(root).stream().filter(ModelId::isName).toList()) {
          Leftovers.delete(model(name));
          deleteIfEmpty(model(name));
        }
      }
    } catch (IOException | ServiceException e) {
      LOG.log(Level.WARNING, "{0} is not cleaned up: {1}", root, e.getMessage());
    }
  }

  /** Writes the artifact and the checkpoint into an empty folder and returns the manifest. */
  @FunctionalInterface
  public interface VersionWriter {
    Manifest write(Path folder) throws IOException;
  }

  /**
   * Publishes a new version. Writes everything to a hidden folder, forces it to disk, then renames
   * the folder. A failure leaves nothing behind.
   *
   * @return the next version of {@code name}
   */
  public StoredVersion publish(String name, List<String> labels, VersionWriter writer) {
    Path model = model(name);
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
        ModelId id = claim(name, temporary);
        DurableFiles.forceFolder(model);
        DurableFiles.forceFolder(root);
        return new StoredVersion(id, folder(id), manifest, labels);
      } finally {
        FolderTree.delete(temporary); // exists only after a failure
        deleteIfEmpty(model);
      }
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "model %s cannot be written in %s: %s", name, root, e);
    }
  }

  /** Gives the folder the next version that no other process has claimed. */
  private ModelId claim(String name, Path temporary) throws IOException {
    for (int version = latest(name).orElse(0) + 1; ; version++) {
      ModelId id = new ModelId(name, version);
      if (DurableFiles.renameToNew(temporary, folder(id))) {
        return id;
      }
    }
  }

  private static void deleteIfEmpty(Path model) throws IOException {
    try {
      VersionHistory.deleteIfAlone(model);
      Files.deleteIfExists(model);
    } catch (DirectoryNotEmptyException e) {
      // it has versions
    }
  }

  /**
   * Publishes a copy of another repository's version, under its name and the next number.
   *
   * @param accuracy for the new manifest
   * @param images that the version was trained on
   * @param calibration of its probabilities
   * @param domain marks images of none of its classes
   */
  public StoredVersion publishTrained(
      StoredVersion version,
      double accuracy,
      TrainingImages images,
      Optional<Calibration> calibration,
      Optional<DomainHint.Fitted> domain) {
    return publish(
        version.id().name(),
        version.labels(),
        folder -> {
          for (String file : List.of(StoredVersion.ARTIFACT, StoredVersion.CHECKPOINT)) {
            Files.copy(version.folder().resolve(file), folder.resolve(file));
          }
          Optional<DomainHint> hint =
              domain.isPresent() ? Optional.of(domain.get().write(folder)) : Optional.empty();
          return version.manifest().trained(accuracy, images.write(folder), calibration, hint);
        });
  }
}
