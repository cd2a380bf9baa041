package io.github.vanillanet.app;

import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.registry.VersionLoader;
import java.util.concurrent.CompletableFuture;

/** Delegates to the loader that the start-up creates. Thread-safe. */
final class DeferredLoader implements VersionLoader {

  private final CompletableFuture<VersionLoader> delegate = new CompletableFuture<>();

  void complete(VersionLoader loader) {
    delegate.complete(loader);
  }

  /**
   * @throws ServiceException {@code NOT_READY} during the start-up
   */
  @Override
  public ServedModel load(StoredVersion version) {
    if (!delegate.isDone()) {
      throw NOT_READY.error("the models are still loading; try again when the service is ready");
    }
    return delegate.join().load(version);
  }
}
