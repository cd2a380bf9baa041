package io.github.vanillanet.app;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.registry.VersionLoader;
import java.util.concurrent.CompletableFuture;

/** The loader of the device that start-up settles on. Thread-safe. */
final class LoaderWhenReady implements VersionLoader {

  private final CompletableFuture<VersionLoader> loader = new CompletableFuture<>();

  void ready(VersionLoader ready) {
    loader.complete(ready);
  }

  /**
   * @throws ServiceException {@code NOT_READY} while the service starts
   */
  @Override
  public ServedModel load(StoredVersion version) {
    if (!loader.isDone()) {
      throw new ServiceException(ErrorCode.NOT_READY, "the models are still being loaded");
    }
    return loader.join().load(version);
  }
}
