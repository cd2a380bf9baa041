package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.VersionHistory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The versions of each model on disk, as this service serves them. Thread-safe. */
public record KnownVersions(ModelRepository repository, ModelRegistry registry) {

  private static final Logger LOG = System.getLogger(KnownVersions.class.getName());

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
  public List<Entry> of(String name) {
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
          .filter(version -> reason(name, version).isEmpty())
          .mapToInt(Integer::intValue)
          .findFirst();
    } catch (ServiceException e) {
      return OptionalInt.empty();
    }
  }

  private Optional<String> reason(String name, int version) {
    return registry.repositoryFaults().reason(new ModelId(name, version));
  }

  /** The stored history of a model, see {@link #served}. */
  VersionHistory history(String name) {
    return served(name, repository.history(name));
  }

  /**
   * The stored history with the live version active if no version was activated yet, or if the live
   * version serves in place of a damaged one.
   */
  VersionHistory served(String name, VersionHistory stored) {
    OptionalInt active = stored.active();
    Optional<ModelId> live =
        registry
            .live(name)
            .filter(id -> active.isEmpty() || reason(name, active.getAsInt()).isPresent());
    return live.map(id -> stored.activated(id.version())).orElse(stored);
  }

  void requireModel(String name) {
    if (!ModelId.isName(name) || repository.versions(name).isEmpty()) {
      throw MODEL_NOT_FOUND.error(
          "There is no model '%s'; the models are %s", name, repository.names());
    }
  }
}
