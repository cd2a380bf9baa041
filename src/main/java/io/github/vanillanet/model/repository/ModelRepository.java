package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Leftovers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The models on disk. {@code ROOT/MODEL/VERSION/} has {@code model.pt}, {@code manifest.json},
 * {@code labels.txt} and {@code checkpoint.pth}. A version appears in one step, see {@link
 * VersionPublisher}, and its files never change, but {@link ReducedPrecisions} may be added. {@code
 * ROOT/MODEL/active} has the {@link VersionHistory}, {@code ROOT/.default} the {@link DefaultMark}.
 * Other entries are ignored. Several processes, also of other machines, may use the same folder.
 *
 * @param root may not exist yet
 * @param source where the models come from, if this process must not change them
 * @param layout of the root, when this object was created
 */
public record ModelRepository(Path root, Optional<String> source, RepositoryLayout layout) {

  private static final Logger LOG = System.getLogger(ModelRepository.class.getName());

  /** A folder that this process may write, unless it has only one model. */
  public ModelRepository(Path root) {
    this(root, RepositoryLayout.of(root));
  }

  private ModelRepository(Path root, RepositoryLayout layout) {
    this(root, layout.model().map(model -> root.toString()), layout);
  }

  /**
   * A local copy of models that other programs change.
   *
   * @param source of the copy; empty for a folder that is no copy
   */
  public static ModelRepository of(Path root, Optional<String> source) {
    return source.isPresent()
        ? new ModelRepository(root, source, new RepositoryLayout(root, Optional.empty(), false))
        : new ModelRepository(root);
  }

  /**
   * @throws ServiceException {@code CONFLICT} if no version can be published or activated
   */
  public void requireWritable() {
    if (layout.model().isPresent()) {
      throw CONFLICT.error(
          "%s is the folder of one model, which is only read; to publish and activate, set"
              + " vanillanet.repository to the folder that contains the models",
          root);
    }
    if (source.isPresent()) {
      throw CONFLICT.error(
          "the models come from %s, which is only read; publish and activate with the command push",
          source.get());
    }
    if (!isWritable()) {
      throw CONFLICT.error("%s is read-only; publish and activate elsewhere", root);
    }
  }

  /** Whether versions can be published. A folder that does not exist yet can be created. */
  public boolean isWritable() {
    return source.isEmpty() && (!Files.exists(root) || Files.isWritable(root));
  }

  /** A folder without a manifest, see {@link RepositoryLayout#halfVersion}. */
  public Optional<Path> halfVersion() {
    return layout.halfVersion();
  }

  /** Names of all models with at least one version or an unreadable folder, sorted. */
  public List<String> names() {
    return layout.names().stream().filter(this::mayHaveVersions).toList();
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
    return layout.versions(name);
  }

  public OptionalInt latest(String name) {
    return versions(name).stream().mapToInt(Integer::intValue).max();
  }

  public boolean contains(ModelId id) {
    return versions(id.name()).contains(id.version());
  }

  /** The version to serve if it is good: the first of {@link #choices}. */
  public OptionalInt active(String name) {
    return choices(name, fault -> {}).stream().mapToInt(ModelId::version).findFirst();
  }

  /** The version to serve of every model. */
  public List<ModelId> active() {
    return names().stream()
        .flatMap(name -> active(name).stream().mapToObj(version -> new ModelId(name, version)))
        .toList();
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
      history = activeFile(name).read(faults).history();
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

  /** The file that decides which version of a model serves. */
  public ActiveFile activeFile(String name) {
    return new ActiveFile(model(name));
  }

  /**
   * The versions that were active and still exist.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if they cannot be read
   */
  public VersionHistory history(String name) {
    return activeFile(name).read(fault -> {}).history().only(versions(name));
  }

  /** Returns whether the history of a model is readable and no version may serve yet. */
  public boolean awaitsActivation(String name) {
    try {
      return activeFile(name).read(fault -> {}).history().none();
    } catch (ServiceException e) {
      return false;
    }
  }

  /**
   * Records the version to serve, or that there is none, unless it is recorded already. A version
   * that is published later is then not served until it is activated.
   */
  public void pinActive(String name) {
    pin(name, active(name));
  }

  /** Records {@code id} as the version to serve, unless the version is recorded already. */
  public void pinActive(ModelId id) {
    pin(id.name(), OptionalInt.of(id.version()));
  }

  private void pin(String name, OptionalInt version) {
    if (activeFile(name).read(fault -> {}).history().decides()) {
      return;
    }
    VersionHistory pinned = VersionHistory.of(version.stream().boxed().toList());
    try {
      Files.createDirectories(model(name));
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "model %s cannot be written in %s: %s", name, root, e);
    }
    activeFile(name).update(stored -> stored.decides() ? stored : pinned);
  }

  /**
   * Records {@code id} as the version to serve, in every service that uses this repository.
   *
   * @throws ServiceException {@code CONFLICT} if another process deletes the version meanwhile
   */
  public void activate(ModelId id) {
    activeFile(id.name()).update(stored -> stored.activated(id.version()));
    requireStored(id);
  }

  /**
   * Withdraws an activation if another process has deleted the version, so that the outcome is the
   * same as if the version had been deleted before.
   *
   * @throws ServiceException {@code CONFLICT} if the version has been deleted
   */
  public void requireStored(ModelId id) {
    if (!contains(id)) {
      activeFile(id.name())
          .update(
              stored ->
                  stored.active().equals(OptionalInt.of(id.version())) ? stored.skip() : stored);
      throw CONFLICT.error(
          "%s was deleted by another process while it was activated; activate another version", id);
    }
  }

  /** The folder of a model. */
  public Path model(String name) {
    return layout.model(name);
  }

  /** The folder of a version. */
  public Path folder(ModelId id) {
    return layout.version(id);
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
   * Deletes a version. It disappears in one step; a loaded one stays in service. Does nothing if
   * another process makes it the active version at the same moment.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the files cannot be deleted
   */
  public void delete(ModelId id) {
    try {
      OptionalInt before = activeFile(id.name()).read(fault -> {}).history().active();
      Path hidden = Leftovers.hide(folder(id));
      OptionalInt now = activeFile(id.name()).read(fault -> {}).history().active();
      if (!now.equals(before) && now.equals(OptionalInt.of(id.version()))) {
        Files.move(hidden.resolve(Integer.toString(id.version())), folder(id));
      }
      FolderTree.delete(hidden);
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "version %s cannot be deleted in %s: %s", id, root, e);
    }
  }

  /** Deletes what killed processes left, as far as the repository can be written. */
  public void deleteLeftovers() {
    try {
      if (Files.isDirectory(root) && layout.model().isEmpty()) {
        Leftovers.delete(root);
        for (String name : layout.names()) {
          Leftovers.delete(model(name));
          activeFile(name).repair();
          ActiveFile.deleteIfAlone(model(name));
        }
      }
    } catch (IOException | ServiceException e) {
      LOG.log(Level.WARNING, "{0} is not cleaned up: {1}", root, e.getMessage());
    }
  }
}
