package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;
import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;
import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.ActiveFile;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.VersionHistory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Changes the live version of a model. The new version is loaded and warmed up while the old one
 * serves, recorded on disk, and swapped in. The old one is closed after its last lease. A failure
 * before the swap changes nothing. Other services with the same repository follow, see {@link
 * RepositoryFollower}. Thread-safe: one change at a time.
 */
public final class VersionSwitch {

  private static final Logger LOG = System.getLogger(VersionSwitch.class.getName());

  private final ModelRepository repository;
  private final KnownVersions known;
  private final RepositoryLoader loader;
  private final ModelRegistry registry;
  private final SwapGuard.Limits guardLimits;
  private final OldVersions old;
  private final Map<String, Long> unloaded = new HashMap<>(); // generations, guarded by this

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
    this.known = new KnownVersions(repository, registry);
    this.loader = new RepositoryLoader(repository, loader, registry.repositoryFaults());
    this.registry = registry;
    this.guardLimits = guardLimits;
    this.old = new OldVersions(repository, keep);
  }

  /**
   * Makes {@code id} the live version, also after a restart.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such version
   * @throws ServiceException {@code CONFLICT} if the repository is read-only, or another process
   *     deletes the version meanwhile
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
    known.requireModel(id.name());
    List<String> damage = new ArrayList<>();
    boolean recorded = isRecorded(id, damage::add) && damage.isEmpty();
    if (!recorded) {
      repository.requireWritable();
    }
    if (!repository.contains(id)) {
      throw MODEL_NOT_FOUND.error(
          "There is no version %s; the versions are %s", id, repository.versions(id.name()));
    }
    boolean isLive = registry.live(id.name()).equals(Optional.of(id));
    Optional<ServedModel> model = isLive ? Optional.empty() : Optional.of(loader.load(id));
    VersionHistory after = VersionHistory.empty();
    boolean committed = false;
    try {
      if (commit.getAsBoolean()) {
        after = recorded ? known.history(id.name()) : store(id);
        committed = true;
      }
    } finally {
      if (!committed) {
        model.ifPresent(ServedModel::release);
      }
    }
    if (committed && model.isPresent()) {
      swap(model.get());
      guard(model.get(), after);
      old.prune(id.name(), after);
    }
    return committed;
  }

  private boolean isRecorded(ModelId id, Consumer<String> damage) {
    try {
      return repository
          .activeFile(id.name())
          .read(damage)
          .history()
          .active()
          .equals(OptionalInt.of(id.version()));
    } catch (ServiceException e) {
      return false; // an activation replaces a damaged history
    }
  }

  private VersionHistory store(ModelId id) {
    ActiveFile file = repository.activeFile(id.name());
    ActiveFile.Stored stored = read(file);
    VersionHistory after = known.served(id.name(), stored.history()).activated(id.version());
    while (!file.replace(stored, after)) { // another service has activated a version meanwhile
      stored = read(file);
      after = stored.history().activated(id.version());
    }
    repository.requireStored(id);
    registry.repositoryFaults().ended(id.name());
    return after;
  }

  private static ActiveFile.Stored read(ActiveFile file) {
    try {
      return file.read(fault -> {});
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "a new history begins: {0}", e.getMessage());
      return file.damaged();
    }
  }

  /** Deletes a version, unless it was active. */
  public synchronized void discard(ModelId id) {
    if (!known.history(id.name()).versions().contains(id.version())) {
      old.delete(id, "its training was cancelled");
    }
  }

  /**
   * Activates the version that was active before and returns it. Skips damaged versions.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such model
   * @throws ServiceException {@code CONFLICT} if no other version was active before, the repository
   *     is read-only, or another service has changed the active version meanwhile
   * @throws ServiceException as {@link ModelLoader#load} if none of them can be loaded
   */
  public synchronized ModelId rollback(String name) {
    known.requireModel(name);
    repository.requireWritable();
    ActiveFile.Stored stored = repository.activeFile(name).read(fault -> {});
    Optional<ServiceException> damaged = Optional.empty();
    for (VersionHistory after = known.history(name).back();
        after.active().isPresent();
        after = after.skip()) {
      ModelId id = new ModelId(name, after.active().getAsInt());
      try {
        rollback(id, stored, after);
        return id;
      } catch (ServiceException e) {
        if (e.code() != CONFLICT || repository.contains(id)) { // else another process deleted it
          e.rethrowUnless(BAD_ARTIFACT, NOT_EQUIVALENT);
        }
        damaged = damaged.or(() -> Optional.of(e));
      }
    }
    throw damaged.orElseGet(() -> CONFLICT.error("No other version of %s was active before", name));
  }

  private void rollback(ModelId id, ActiveFile.Stored stored, VersionHistory after) {
    ServedModel model = loader.load(id);
    boolean recorded = false;
    try {
      if (!repository.activeFile(id.name()).replace(stored, after)) {
        throw CONFLICT.error(
            "another service has changed the active version of %s; look at its versions again",
            id.name());
      }
      repository.requireStored(id);
      recorded = true;
    } finally {
      if (!recorded) {
        model.release();
      }
    }
    registry.repositoryFaults().ended(id.name());
    swap(model);
    model.meters().rolledBack();
    old.prune(id.name(), after);
  }

  /**
   * Stops serving {@code name} until a version is activated here or elsewhere, or the service
   * restarts.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if it is not served
   */
  public synchronized void unload(String name) {
    if (!registry.remove(name)) {
      throw MODEL_NOT_FOUND.error(
          "There is no model '%s'; the loaded models are: %s",
          name, String.join(", ", registry.names()));
    }
    unloaded.put(name, read(repository.activeFile(name)).generation());
    LOG.log(Level.INFO, "Unloaded {0}", name);
  }

  /** Whether an operator has unloaded a model and none of its versions was activated since. */
  synchronized boolean isUnloaded(String name, long generation) {
    return Optional.of(generation).equals(Optional.ofNullable(unloaded.get(name)));
  }

  private synchronized void rollBackFaulty(ModelId failing) {
    if (!registry.live(failing.name()).equals(Optional.of(failing))
        || !isRecorded(failing, fault -> {})) {
      return; // an operator or another service already changed the version
    }
    LOG.log(Level.ERROR, "{0} fails right after its swap, rolling back", failing);
    try {
      rollback(failing.name());
    } catch (ServiceException e) {
      LOG.log(Level.ERROR, "{0} stays live, the rollback failed: {1}", failing, e.getMessage());
    }
  }

  /** Runs {@code change} while no other change of this class runs. */
  synchronized void exclusively(Runnable change) {
    change.run();
  }

  /**
   * Serves the version that the repository names, without a change on disk. Called by {@link
   * #exclusively}.
   */
  void follow(ModelId id) {
    boolean replaces = registry.live(id.name()).isPresent();
    ServedModel model = loader.load(id);
    swap(model);
    if (replaces) {
      guard(model, known.history(id.name()));
    }
  }

  RepositoryLoader loader() {
    return loader;
  }

  private void swap(ServedModel model) {
    ModelId id = model.id();
    Optional<ModelId> before = registry.live(id.name());
    registry.swap(model);
    unloaded.remove(id.name());
    LOG.log(
        Level.INFO,
        "serving %s%s on %s in %s: loaded in %.2f s, batch 1 takes %.2f ms"
            .formatted(
                id,
                before.map(replaced -> " in place of " + replaced).orElse(""),
                model.placement().deviceNames(),
                model.placement().precision(),
                model.loadTime().toNanos() / 1e9,
                model.batch1Latency().toNanos() / 1e6));
    model.placement().checks().ifPresent(checks -> LOG.log(Level.INFO, id + checks));
    if (!model.trained()) {
      LOG.log(Level.WARNING, "{0} is not trained: its predictions are meaningless", id);
    }
  }

  private void guard(ServedModel model, VersionHistory history) {
    ModelId id = model.id();
    if (history.previous().isPresent()) {
      model.guard(new SwapGuard(guardLimits, "rollback-" + id, () -> rollBackFaulty(id)));
    }
  }
}
