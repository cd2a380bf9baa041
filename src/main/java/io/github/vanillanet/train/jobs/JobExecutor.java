package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.util.Optional;

/** Starts processes that work on jobs, somewhere. Thread-safe. */
public interface JobExecutor extends AutoCloseable {

  /**
   * Looks at its settings before anything is started.
   *
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_CONFIGURATION} if it cannot
   *     work here
   */
  default void check() {}

  /** Starts one that works on the job in {@code folder}. Returns soon. */
  JobRun start(JobFolder folder) throws IOException;

  /** The one that still works on it, though an earlier life of the service started it. */
  Optional<JobRun> find(JobFolder folder) throws IOException;

  /** Starts nothing any more. What {@linkplain JobRun#leave was left} goes on. */
  @Override
  default void close() {}
}
