package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the service records about a job, in {@code state.json}.
 *
 * @param started time of its current or last process
 * @param attempts number of processes started so far
 * @param exitCode of the last process, if this service saw it end
 * @param reason of the state
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JobStatus(
    JobState state,
    Instant created,
    Optional<Instant> started,
    Optional<Instant> finished,
    int attempts,
    boolean cancelRequested,
    OptionalInt exitCode,
    Optional<String> reason) {

  static JobStatus queued(Instant created) {
    return new JobStatus(
        JobState.QUEUED,
        created,
        Optional.empty(),
        Optional.empty(),
        0,
        false,
        OptionalInt.empty(),
        Optional.empty());
  }

  JobStatus running(Instant now) {
    return unfinished(JobState.RUNNING, Optional.of(now), attempts + 1, Optional.empty());
  }

  /** Queued again, to continue from its last checkpoint. */
  JobStatus resumed() {
    return unfinished(JobState.QUEUED, started, attempts, Optional.empty());
  }

  JobStatus interrupted() {
    return unfinished(
        JobState.INTERRUPTED,
        started,
        attempts,
        Optional.of("the service stopped while the job was running"));
  }

  private JobStatus unfinished(
      JobState next, Optional<Instant> started, int attempts, Optional<String> reason) {
    return new JobStatus(
        next, created, started, Optional.empty(), attempts, false, OptionalInt.empty(), reason);
  }

  JobStatus cancelling() {
    return with(true, "being cancelled");
  }

  JobStatus ended(JobState end, Instant now, OptionalInt exitCode, Optional<String> reason) {
    return new JobStatus(
        end, created, started, Optional.of(now), attempts, cancelRequested, exitCode, reason);
  }

  JobStatus withObstacle(String obstacle) {
    String both = reason.map(it -> it + "; " + obstacle).orElse(obstacle);
    return with(cancelRequested, both);
  }

  /** Shown as queued: its process has been requested but may not run yet. */
  JobStatus heldBack() {
    return new JobStatus(
        JobState.QUEUED, created, started, finished, attempts, cancelRequested, exitCode, reason);
  }

  private JobStatus with(boolean cancelled, String because) {
    return new JobStatus(
        state, created, started, finished, attempts, cancelled, exitCode, Optional.of(because));
  }

  /** Duration of its last process; zero if there was none. */
  Duration time() {
    return started.isPresent() && finished.isPresent()
        ? Duration.between(started.get(), finished.get())
        : Duration.ZERO;
  }
}
