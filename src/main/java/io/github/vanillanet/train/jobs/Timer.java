package io.github.vanillanet.train.jobs;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs an action once, after a delay, on some thread. */
@FunctionalInterface
public interface Timer {

  void after(Duration delay, Runnable action);

  static Timer system() {
    return (delay, action) ->
        CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS).execute(action);
  }
}
