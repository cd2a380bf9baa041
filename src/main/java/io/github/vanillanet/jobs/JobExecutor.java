package io.github.vanillanet.jobs;

import java.io.IOException;
import java.util.Optional;

/** Starts processes that work on jobs, somewhere. Thread-safe. */
public interface JobExecutor {

  /** Starts one that works on the job in {@code folder}. */
  JobRun start(JobFolder folder) throws IOException;

  /** The one that still works on it, though an earlier life of the service started it. */
  Optional<JobRun> find(JobFolder folder) throws IOException;
}
