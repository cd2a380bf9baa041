package io.github.vanillanet.train.jobs;

import java.time.Duration;

/** Is told how jobs end. Thread-safe. */
@FunctionalInterface
public interface JobObserver {

  /**
   * @param state one that has {@linkplain JobState#ended ended}
   * @param time that the job's last process took; zero if none was started
   */
  void ended(JobState state, Duration time);
}
