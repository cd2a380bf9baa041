package io.github.vanillanet.train.jobs;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Something that happens later. */
@FunctionalInterface
public interface Alarm {

  /** Runs {@code action} once, after {@code delay}, on some thread. */
  void after(Duration delay, Runnable action);

  /** By the system's clock. */
  static Alarm system() {
    return (delay, action) ->
        CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS).execute(action);
  }
}
