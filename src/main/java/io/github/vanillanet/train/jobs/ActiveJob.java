package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.error.ServiceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running job and its process. Stopping it takes up to three steps: a file requests that the
 * process stops at its next step, then the process is terminated, then killed. Thread-safe.
 *
 * @param settled completed once the end of the process is recorded
 */
record ActiveJob(JobFolder folder, JobRun run, CompletableFuture<Void> settled) {

  private static final Logger LOG = System.getLogger(ActiveJob.class.getName());

  /** Returns at once. The next steps follow if the process does not end. */
  void stop(Duration grace, Timer timer) {
    requestStop();
    timer.after(
        grace,
        () -> {
          if (!run.ended().isDone()) {
            run.terminate();
            timer.after(grace, this::killIfAlive);
          }
        });
  }

  /** Returns when all jobs have settled, or {@code grace} after the kill. */
  static void stopAll(List<ActiveJob> jobs, Duration grace) {
    jobs.forEach(ActiveJob::requestStop);
    if (!awaitSettled(jobs, grace)) {
      jobs.forEach(job -> job.run.terminate());
      if (!awaitSettled(jobs, grace)) {
        jobs.forEach(ActiveJob::killIfAlive);
        awaitSettled(jobs, grace);
      }
    }
  }

  private static boolean awaitSettled(List<ActiveJob> jobs, Duration grace) {
    CompletableFuture<?>[] ends =
        jobs.stream().map(ActiveJob::settled).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(ends).get(grace.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void requestStop() {
    try {
      folder.requestStop();
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "job {0}: writing the stop file failed: {1}", folder.id(), e);
    }
  }

  private void killIfAlive() {
    if (!run.ended().isDone()) {
      LOG.log(Level.WARNING, "job {0}: the process did not terminate, killing it", folder.id());
      run.kill();
    }
  }
}
