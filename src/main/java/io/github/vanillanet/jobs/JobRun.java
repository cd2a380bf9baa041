package io.github.vanillanet.jobs;

import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** A job's process, as whoever started it sees it. Thread-safe. */
public interface JobRun {

  /** Done when nothing of it runs any more: with its exit code, if that can be known. */
  CompletableFuture<OptionalInt> ended();

  /** Asks the operating system to end it; it may take its time. */
  void terminate();

  /** Ends it at once. */
  void kill();

  /** One that has ended, nobody knows how. */
  static JobRun gone() {
    return new JobRun() {
      @Override
      public CompletableFuture<OptionalInt> ended() {
        return CompletableFuture.completedFuture(OptionalInt.empty());
      }

      @Override
      public void terminate() {}

      @Override
      public void kill() {}
    };
  }
}
