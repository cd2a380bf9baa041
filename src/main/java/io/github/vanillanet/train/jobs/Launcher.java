package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** Starts and finds the processes of jobs. Serialized by {@link JobRunner}. */
record Launcher(JobStore store, JobExecutor executor, JobEnd ends, Clock clock) {

  private static final Logger LOG = System.getLogger(Launcher.class.getName());

  /** A run whose process has ended in an unknown way. */
  static final JobRun GONE =
      new ProcessExecutor.OfHandle(
          Optional.empty(), CompletableFuture.completedFuture(RunEnd.unknown()));

  /** Starts a waiting job. Records the failure and returns empty if that is not possible. */
  Optional<JobRun> launch(String id) {
    JobStatus status = store.status(id).running(clock.instant());
    try {
      JobFolder folder = store.folder(id);
      folder.clearForAttempt();
      store.write(id, status);
      JobRun run = executor.start(folder);
      LOG.log(Level.INFO, "job {0} is started, attempt {1}", id, status.attempts());
      return Optional.of(run);
    } catch (IOException | ServiceException e) {
      String reason = "the process could not be started: " + e.getMessage();
      LOG.log(Level.ERROR, "job {0}: {1}", id, reason);
      store.write(id, ends.failed(status, OptionalInt.empty(), reason));
      return Optional.empty();
    }
  }

  /** The process that a previous service process started, if it is still alive. */
  Optional<JobRun> find(JobFolder folder) {
    try {
      Optional<JobRun> run = executor.find(folder);
      run.ifPresent(it -> LOG.log(Level.INFO, "job {0} is still running", folder.id()));
      return run;
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "job {0}: looking for its process failed: {1}", folder.id(), e);
      return Optional.empty();
    }
  }
}
