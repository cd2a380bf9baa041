package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.util.Optional;

/** Starts the processes of jobs. Thread-safe. */
public interface JobExecutor extends AutoCloseable {

  /** Validates the settings. */
  default void check() {}

  /** Starts a process for the job. Returns soon. */
  JobRun start(JobFolder folder) throws IOException;

  /** The process of the job that a previous service process started, if it is still alive. */
  Optional<JobRun> find(JobFolder folder);

  /** Starts nothing more. Runs that {@linkplain JobRun#leave were left} continue. */
  @Override
  default void close() {}
}
