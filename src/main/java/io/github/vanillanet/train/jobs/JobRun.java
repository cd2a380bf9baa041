package io.github.vanillanet.train.jobs;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A job's process, as whoever started it sees it. Thread-safe. */
public interface JobRun {

  /** Done when nothing of it runs any more. */
  CompletableFuture<RunEnd> ended();

  /** Asks whoever runs it to end it; it may take its time. */
  void terminate();

  /** Ends it at once. */
  void kill();

  /** What keeps it from its work at the moment, in words, if anything does. */
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /**
   * The service ends. True if the process goes on without it and {@link JobExecutor#find} will find
   * it; then {@link #ended} is never done any more.
   */
  default boolean leave() {
    return false;
  }

  /** One that has ended, nobody knows how. */
  static JobRun gone() {
    return new JobRun() {
      @Override
      public CompletableFuture<RunEnd> ended() {
        return CompletableFuture.completedFuture(RunEnd.unknown());
      }

      @Override
      public void terminate() {}

      @Override
      public void kill() {}
    };
  }
}
