package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.VersionHistory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.OptionalInt;

/**
 * Deletes versions that are not needed any more. A version that another service still serves stays
 * in its memory.
 *
 * @param keep number of the newest versions that are never deleted
 */
record OldVersions(ModelRepository repository, int keep) {

  private static final Logger LOG = System.getLogger(OldVersions.class.getName());

  /** Keeps the newest versions, the active one and the one that a rollback would activate. */
  void prune(String name, VersionHistory history) {
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

  void delete(ModelId id, String reason) {
    try {
      repository.delete(id);
      LOG.log(Level.INFO, "Deleted {0}: {1}", id, reason);
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "Cannot delete {0}: {1}", id, e.getMessage());
    }
  }
}
