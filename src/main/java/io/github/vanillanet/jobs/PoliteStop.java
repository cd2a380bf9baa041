package io.github.vanillanet.jobs;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

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

  void ask(JobFolder folder) {
    try {
      folder.requestStop();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0} cannot be asked to stop: {1}", folder.path(), e);
    }
  }

  void killUnlessEnded(JobFolder folder, JobRun run) {
    if (!run.ended().isDone()) {
      LOG.log(Level.WARNING, "the process of {0} does not end and is killed", folder.path());
      run.kill();
    }
  }
}
