package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;
import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderState;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Loads versions of the repository, and remembers the state of their files before the load, so that
 * a file that is added or replaced later is noticed. Thread-safe.
 */
final class RepositoryLoader {

  private final ModelRepository repository;
  private final Function<StoredVersion, ServedModel> loader;
  private final RepositoryFaults faults;
  private final Map<String, Loaded> loaded = new ConcurrentHashMap<>(); // by model

  private record Loaded(ModelId id, FolderState files) {}

  /**
   * @param loader as {@link ModelLoader#load}
   * @param faults receives the versions that are damaged
   */
  RepositoryLoader(
      ModelRepository repository,
      Function<StoredVersion, ServedModel> loader,
      RepositoryFaults faults) {
    this.repository = repository;
    this.loader = loader;
    this.faults = faults;
  }

  /**
   * Loads a version. The caller owns it.
   *
   * @throws ServiceException {@code CONFLICT} if another process deletes the version meanwhile
   * @throws ServiceException as {@link ModelLoader#load}
   */
  ServedModel load(ModelId id) {
    FolderState files = files(id);
    try {
      ServedModel model = loader.apply(repository.open(id));
      loaded.put(id.name(), new Loaded(id, files));
      return model;
    } catch (ServiceException e) {
      if (!repository.contains(id)) {
        throw CONFLICT.error(
            e, "%s was deleted by another process while it was loaded; choose another version", id);
      }
      if (e.code() == BAD_ARTIFACT || e.code() == NOT_EQUIVALENT) {
        faults.found(id, repository.folder(id), files, e.getMessage());
      }
      throw e;
    }
  }

  FolderState files(ModelId id) {
    return FolderState.of(repository.folder(id));
  }

  /** Whether the files of a version in service are no longer those that were loaded. */
  boolean hasOtherFiles(ModelId live) {
    Loaded last = loaded.get(live.name());
    return last != null && last.id().equals(live) && !last.files().equals(files(live));
  }
}
