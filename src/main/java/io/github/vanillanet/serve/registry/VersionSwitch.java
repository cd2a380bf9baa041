package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;
import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;
import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.VersionHistory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Changes the live version of a model. The new version is loaded and warmed up while the old one
 * serves, recorded on disk, and swapped in. The old one is closed after its last lease. A failure
 * before the swap changes nothing. Thread-safe: one change at a time.
 */
public final class VersionSwitch {

  private static final Logger LOG = System.getLogger(VersionSwitch.class.getName());

  private final ModelRepository repository;
  private final Function<StoredVersion, ServedModel> loader;
  private final ModelRegistry registry;
  private final SwapGuard.Limits guardLimits;
  private final int keep;

  /**
   * @param loader as {@link ModelLoader#load}
   * @param guardLimits for each version that replaces another
   * @param keep number of the newest versions that are never deleted
   */
  public VersionSwitch(
      ModelRepository repository,
      Function<StoredVersion, ServedModel> loader,
      ModelRegistry registry,
      SwapGuard.Limits guardLimits,
      int keep) {
    this.repository = repository;
    this.loader = loader;
    this.registry = registry;
    this.guardLimits = guardLimits;
    this.keep = keep;
  }

  /**
   * A version on disk.
   *
   * @param rollback whether a rollback would activate it
   */
  public record Entry(int version, boolean live, boolean rollback, Manifest manifest) {}

  /**
   * Returns all versions with a readable manifest, ascending.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if the model has no version
   */
  public List<Entry> versions(String name) {
    requireModel(name);
    Optional<ModelId> live = registry.live(name);
    OptionalInt previous = previous(name);
    List<Entry> entries = new ArrayList<>();
    for (int version : repository.versions(name)) {
      ModelId id = new ModelId(name, version);
      boolean rollback = previous.equals(OptionalInt.of(version));
      try {
        Manifest manifest = repository.manifest(id);
        entries.add(new Entry(version, live.equals(Optional.of(id)), rollback, manifest));
      } catch (ServiceException e) {
        LOG.log(Level.WARNING, "{0} is not listed: {1}", id, e.getMessage());
      }
    }
    return entries;
  }

  /** The version that a rollback would activate, if the history can be read. */
  private OptionalInt previous(String name) {
    try {
      return history(name).versions().stream()
          .skip(1)
          .filter(version -> faults().reason(new ModelId(name, version)).isEmpty())
          .mapToInt(Integer::intValue)
          .findFirst();
    } catch (ServiceException e) {
      return OptionalInt.empty();
    }
  }

  private RepositoryFaults faults() {
    return registry.repositoryFaults();
  }

  /**
   * Makes {@code id} the live version, also after a restart.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such version
   * @throws ServiceException as {@link ModelLoader#load} if it cannot be loaded
   */
  public void activate(ModelId id) {
    activate(id, () -> true);
  }

  /**
   * As {@link #activate(ModelId)}, unless {@code commit} returns false. It is called once, right
   * before the version is recorded as the active one.
   *
   * @return whether the version is live
   */
  public synchronized boolean activate(ModelId id, BooleanSupplier commit) {
    requireModel(id.name());
    if (!repository.versions(id.name()).contains(id.version())) {
      throw MODEL_NOT_FOUND.error(
          "There is no version %s; the versions are %s", id, repository.versions(id.name()));
    }
    VersionHistory after = historyOrNew(id.name()).activated(id.version());
    if (registry.live(id.name()).equals(Optional.of(id))) {
      boolean committed = commit.getAsBoolean();
      if (committed) {
        write(id.name(), after);
      }
      return committed;
    }
    Optional<ServedModel> model = replace(id, after, commit);
    if (after.previous().isPresent()) {
      model.ifPresent(
          it -> it.guard(new SwapGuard(guardLimits, "rollback-" + id, () -> rollBackFaulty(id))));
    }
    return model.isPresent();
  }

  /** Deletes a version, unless it was active. */
  public synchronized void discard(ModelId id) {
    if (!history(id.name()).versions().contains(id.version())) {
      delete(id, "its training was cancelled");
    }
  }

  /**
   * Activates the version that was active before and returns it. Skips damaged versions.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such model
   * @throws ServiceException {@code CONFLICT} if no other version was active before
   * @throws ServiceException as {@link ModelLoader#load} if none of them can be loaded
   */
  public synchronized ModelId rollback(String name) {
    requireModel(name);
    Optional<ServiceException> damaged = Optional.empty();
    for (VersionHistory after = history(name).back();
        after.active().isPresent();
        after = after.skip()) {
      ModelId id = new ModelId(name, after.active().getAsInt());
      try {
        replace(id, after, () -> true).orElseThrow().meters().rolledBack();
        return id;
      } catch (ServiceException e) {
        e.rethrowUnless(BAD_ARTIFACT, NOT_EQUIVALENT);
        damaged = damaged.or(() -> Optional.of(e));
      }
    }
    throw damaged.orElseGet(() -> CONFLICT.error("No other version of %s was active before", name));
  }

  /**
   * Stops serving {@code name} until it is activated again or the service restarts.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if it is not served
   */
  public synchronized void unload(String name) {
    if (!registry.remove(name)) {
      throw MODEL_NOT_FOUND.error(
          "There is no model '%s'; the loaded models are: %s",
          name, String.join(", ", registry.names()));
    }
    LOG.log(Level.INFO, "Unloaded {0}", name);
  }

  private synchronized void rollBackFaulty(ModelId failing) {
    if (!registry.live(failing.name()).equals(Optional.of(failing))) {
      return; // an operator already changed the version
    }
    LOG.log(Level.ERROR, "{0} fails right after its swap, rolling back", failing);
    try {
      rollback(failing.name());
    } catch (ServiceException e) {
      LOG.log(Level.ERROR, "{0} stays live, the rollback failed: {1}", failing, e.getMessage());
    }
  }

  /**
   * @return empty if {@code commit} returns false
   */
  private Optional<ServedModel> replace(ModelId id, VersionHistory after, BooleanSupplier commit) {
    ServedModel model = load(id);
    boolean recorded = false;
    try {
      if (!commit.getAsBoolean()) {
        return Optional.empty();
      }
      write(id.name(), after);
      recorded = true;
    } finally {
      if (!recorded) {
        model.release();
      }
    }
    Optional<ModelId> before = registry.live(id.name());
    registry.swap(model);
    LOG.log(
        Level.INFO,
        "Serving {0}{1}",
        id,
        before.map(replaced -> " in place of " + replaced).orElse(""));
    prune(id.name(), after);
    return Optional.of(model);
  }

  private ServedModel load(ModelId id) {
    try {
      return loader.apply(repository.open(id));
    } catch (ServiceException e) {
      if (e.code() == BAD_ARTIFACT || e.code() == NOT_EQUIVALENT) {
        faults().found(id, repository.folder(id), e.getMessage());
      }
      throw e;
    }
  }

  private void write(String name, VersionHistory history) {
    repository.writeHistory(name, history);
    faults().ended(name);
  }

  /** An activation replaces a damaged history. */
  private VersionHistory historyOrNew(String name) {
    try {
      return history(name);
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "{0} starts a new history: {1}", name, e.getMessage());
      return VersionHistory.empty();
    }
  }

  /** The stored history, with the live version active: a new model may have a newer version. */
  private VersionHistory history(String name) {
    VersionHistory stored = repository.history(name);
    Optional<ModelId> live = registry.live(name);
    return live.map(id -> stored.activated(id.version())).orElse(stored);
  }

  private void prune(String name, VersionHistory history) {
    List<Integer> versions = repository.versions(name);
    for (int version : versions.subList(0, Math.max(0, versions.size() - Math.max(1, keep)))) {
      boolean needed =
          history.active().equals(OptionalInt.of(version))
              || history.previous().equals(OptionalInt.of(version));
      if (!needed) {
        delete(new ModelId(name, version), "the newest " + keep + " versions are kept");
      }
    }
  }

  private void delete(ModelId id, String reason) {
    try {
      repository.delete(id);
      LOG.log(Level.INFO, "Deleted {0}: {1}", id, reason);
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "Cannot delete {0}: {1}", id, e.getMessage());
    }
  }

  private void requireModel(String name) {
    if (!ModelId.isName(name) || repository.versions(name).isEmpty()) {
      throw MODEL_NOT_FOUND.error(
          "There is no model '%s'; the models are %s", name, repository.names());
    }
  }
}
