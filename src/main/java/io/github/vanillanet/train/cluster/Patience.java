package io.github.vanillanet.train.cluster;

import java.time.Duration;

/**
 * How long a Job's follower waits.
 *
 * @param poll between two looks at the Job
 * @param stuck until a container that cannot be started, or a missing permission, fails the job
 * @param visible until a file that a finished pod wrote must be seen here
 */
record Patience(Duration poll, Duration stuck, Duration visible) {

  /** The last is what Linux' NFS client remembers at most that a file is not there. */
  static Patience of(Duration stuck) {
    return new Patience(Duration.ofSeconds(5), stuck, Duration.ofSeconds(60));
  }
}
