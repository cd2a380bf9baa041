package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends a job's process: asked by a file to stop at its next step, after a while told by the
 * operating system to end, after another while killed.
 */
final class PoliteStop {

  private static final Logger LOG = System.getLogger(PoliteStop.class.getName());

  private final Duration grace;
  private final Alarm alarm;

  PoliteStop(Duration grace, Alarm alarm) {
    this.grace = grace;
    this.alarm = alarm;
  }

  /** Returns at once; the sterner steps follow if they have to. */
  void begin(JobFolder folder, JobRun run) {
    ask(folder);
    alarm.after(
        grace,
        () -> {
          if (!run.ended().isDone()) {
            run.terminate();
            alarm.after(grace, () -> killUnlessEnded(folder, run));
          }
        });
  }

  /** Returns when they have ended, or when not even a kill has ended them. */
  void end(List<ActiveJob> jobs) {
    jobs.forEach(it -> ask(it.folder()));
    if (!settled(jobs)) {
      jobs.forEach(it -> it.run().terminate());
      if (!settled(jobs)) {
        jobs.forEach(it -> killUnlessEnded(it.folder(), it.run()));
        settled(jobs);
      }
    }
  }

  private boolean settled(List<ActiveJob> jobs) {
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

  private void ask(JobFolder folder) {
    try {
      folder.requestStop();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0} cannot be asked to stop: {1}", folder.path(), e);
    }
  }

  private void killUnlessEnded(JobFolder folder, JobRun run) {
    if (!run.ended().isDone()) {
      LOG.log(Level.WARNING, "the process of {0} does not end and is killed", folder.path());
      run.kill();
    }
  }
}
