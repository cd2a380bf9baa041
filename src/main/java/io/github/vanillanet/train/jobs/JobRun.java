package io.github.vanillanet.train.jobs;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The process of a job, as seen by the service. Thread-safe. */
public interface JobRun {

  CompletableFuture<RunEnd> ended();

  /** Requests that the operating system or the cluster ends the process. Returns at once. */
  void terminate();

  /** Ends the process immediately where that is possible. */
  void kill();

  /** Returns whether the cluster holds the process back, so that the job is still queued. */
  default boolean waits() {
    return false;
  }

  /** What currently keeps the process from working. */
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /**
   * Called when the service ends. Returns true if the process continues without the service and
   * {@link JobExecutor#find} will find it; {@link #ended} is then never completed.
   */
  default boolean leave() {
    return false;
  }
}
