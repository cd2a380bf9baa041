package io.github.vanillanet.serve.registry;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for results of other threads. */
final class Joined {

  private Joined() {}

  /** Waits for a result, or throws the unchecked exception that it failed with. */
  static <T> T result(CompletableFuture<T> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
