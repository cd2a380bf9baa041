package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.VersionHistory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Changes which version of a model is served: the new one is opened, loaded and warmed beside the
 * old one, remembered on disk, swapped in; the old one retires after its last lease. Whatever fails
 * before the swap leaves everything as it was. Thread-safe: one change at a time.
 */
public final class VersionSwitch {

  private static final Logger LOG = System.getLogger(VersionSwitch.class.getName());

  private final ModelRepository repository;
  private final VersionLoader loader;
  private final ModelRegistry registry;
  private final SwapGuard.Limits guardLimits;
  private final int keep;

  /**
   * @param guardLimits for each version that replaces another
   * @param keep the newest so many versions are never deleted
   */
  public VersionSwitch(
      ModelRepository repository,
      VersionLoader loader,
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
   * A version as an operator sees it.
   *
   * @param live answers requests
   * @param rollback would be served after a rollback
   */
  public record Entry(int version, boolean live, boolean rollback, Manifest manifest) {}

  /**
   * All versions with a readable manifest, ascending.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there are none
   */
  public List<Entry> versions(String name) {
    requireModel(name);
    Optional<ModelId> live = registry.live(name);
    OptionalInt previous = history(name).previous();
    return repository.versions(name).stream()
        .flatMap(
            version ->
                manifest(new ModelId(name, version)).stream()
                    .map(
                        manifest ->
                            new Entry(
                                version,
                                live.equals(Optional.of(new ModelId(name, version))),
                                previous.equals(OptionalInt.of(version)),
                                manifest)))
        .toList();
  }

  private Optional<Manifest> manifest(ModelId id) {
    try {
      return Optional.of(repository.manifest(id));
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "{0} is left out of a list: {1}", id, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Serves {@code id} from here on, also after a restart.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such version
   * @throws ServiceException of many kinds if it cannot be loaded
   */
  public synchronized void activate(ModelId id) {
    requireModel(id.name());
    if (!repository.versions(id.name()).contains(id.version())) {
      throw new ServiceException(
          ErrorCode.MODEL_NOT_FOUND,
          "there is no version %s; there are %s".formatted(id, repository.versions(id.name())));
    }
    VersionHistory before = history(id.name());
    VersionHistory after = before.activated(id.version());
    if (registry.live(id.name()).equals(Optional.of(id))) {
      repository.writeHistory(id.name(), after);
      return;
    }
    ServedModel model = replace(id, after);
    if (after.previous().isPresent()) {
      model.guard(new SwapGuard(guardLimits, "rescue-" + id, () -> rescue(id)));
    }
  }

  /**
   * Serves the version that was active before, from here on.
   *
   * @return that version
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such model
   * @throws ServiceException {@code CONFLICT} if none was active before
   */
  public synchronized ModelId rollback(String name) {
    requireModel(name);
    VersionHistory after = history(name).back();
    int version =
        after
            .active()
            .orElseThrow(
                () ->
                    new ServiceException(
                        ErrorCode.CONFLICT,
                        "no other version of %s was active before".formatted(name)));
    ModelId id = new ModelId(name, version);
    replace(id, after).meters().rolledBack();
    return id;
  }

  /**
   * Serves {@code name} no more, until it is activated again or the service is restarted.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if it is not served
   */
  public synchronized void unload(String name) {
    if (!registry.remove(name)) {
      throw new ServiceException(
          ErrorCode.MODEL_NOT_FOUND,
          "there is no model '%s'; loaded are: %s"
              .formatted(name, String.join(", ", registry.names())));
    }
    LOG.log(Level.INFO, "{0} is unloaded", name);
  }

  private synchronized void rescue(ModelId failing) {
    if (!registry.live(failing.name()).equals(Optional.of(failing))) {
      return; // somebody was faster
    }
    LOG.log(Level.ERROR, "{0} fails right after its swap: rolling back", failing);
    try {
      rollback(failing.name());
    } catch (ServiceException e) {
      LOG.log(Level.ERROR, "{0} stays, it cannot be rolled back: {1}", failing, e.getMessage());
    }
  }

  private ServedModel replace(ModelId id, VersionHistory after) {
    ServedModel model = loader.load(repository.open(id));
    try {
      repository.writeHistory(id.name(), after);
    } catch (ServiceException e) {
      model.release();
      throw e;
    }
    Optional<ModelId> before = registry.live(id.name());
    registry.swap(model);
    LOG.log(
        Level.INFO,
        "serving {0}{1}",
        id,
        before.map(replaced -> " in place of " + replaced).orElse(""));
    prune(id.name(), after);
    return model;
  }

  /** What was active, corrected by what is live: a new model's newest version need not be. */
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
        delete(new ModelId(name, version));
      }
    }
  }

  private void delete(ModelId id) {
    try {
      repository.delete(id);
      LOG.log(Level.INFO, "{0} is deleted: {1} newer versions are kept", id, keep);
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "{0} cannot be deleted: {1}", id, e.getMessage());
    }
  }

  private void requireModel(String name) {
    if (!ModelId.isName(name) || repository.versions(name).isEmpty()) {
      throw new ServiceException(
          ErrorCode.MODEL_NOT_FOUND,
          "there is no model '%s'; there are %s".formatted(name, repository.names()));
    }
  }
}
