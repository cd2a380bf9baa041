package io.github.vanillanet.train.jobs;

/** The states of a job. */
public enum JobState {
  QUEUED,
  /** Its process is starting or alive, or the end of its process has not been recorded yet. */
  RUNNING,
  /** The service stopped while the job ran. It continues from its last checkpoint by itself. */
  INTERRUPTED,
  SUCCEEDED,
  /** The candidate was not good enough. It stays in the job's folder. */
  REJECTED,
  /** An error, a crash or a kill. Can be resumed. */
  FAILED,
  /** Can be resumed. */
  CANCELLED;

  /** True if the job stays in this state until it is resumed. */
  public boolean ended() {
    return switch (this) {
      case QUEUED, RUNNING, INTERRUPTED -> false;
      case SUCCEEDED, REJECTED, FAILED, CANCELLED -> true;
    };
  }

  /** True if the job starts as soon as there is room. */
  boolean waits() {
    return this == QUEUED || this == INTERRUPTED;
  }

  boolean resumable() {
    return this == FAILED || this == CANCELLED;
  }
}
