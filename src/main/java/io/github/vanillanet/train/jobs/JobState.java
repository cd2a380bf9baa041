package io.github.vanillanet.train.jobs;

/** Where a job stands. */
public enum JobState {
  /** Waits for its turn. */
  QUEUED,
  /** Its process is asked for or alive, or its end has not been looked at yet. */
  RUNNING,
  /** The service ended while it ran; it goes on from its last checkpoint by itself. */
  INTERRUPTED,
  /** Published and in service. */
  SUCCEEDED,
  /** Finished, but not good enough to be served; the candidate stays in the job's folder. */
  REJECTED,
  /** Ended by an error, a crash or a kill; may be resumed. */
  FAILED,
  /** Ended by whoever asked for it; may be resumed. */
  CANCELLED;

  /** True if nothing more happens by itself. */
  public boolean ended() {
    return switch (this) {
      case QUEUED, RUNNING, INTERRUPTED -> false;
      case SUCCEEDED, REJECTED, FAILED, CANCELLED -> true;
    };
  }

  /** True if it starts as soon as there is room. */
  boolean waits() {
    return this == QUEUED || this == INTERRUPTED;
  }

  /** True if somebody may ask for it to go on. */
  boolean resumable() {
    return this == FAILED || this == CANCELLED;
  }
}
