package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the service has written down about a job, in {@code state.json}.
 *
 * @param started when its present or last process was
 * @param attempts processes started so far
 * @param cancelRequested whether somebody asked for its end
 * @param exitCode of the last process, if this service saw it end
 * @param reason of the state, in words, where there is one
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record JobStatus(
    JobState state,
    Instant created,
    Optional<Instant> started,
    Optional<Instant> finished,
    int attempts,
    boolean cancelRequested,
    OptionalInt exitCode,
    Optional<String> reason) {

  /** How long its last process ran; zero if it had none. */
  Duration time() {
    return started.isPresent() && finished.isPresent()
        ? Duration.between(started.get(), finished.get())
        : Duration.ZERO;
  }

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
    return new JobStatus(
        JobState.RUNNING,
        created,
        Optional.of(now),
        Optional.empty(),
        attempts + 1,
        false,
        OptionalInt.empty(),
        Optional.empty());
  }

  /** Queued again, to go on from its last checkpoint. */
  JobStatus resumed() {
    return new JobStatus(
        JobState.QUEUED,
        created,
        started,
        Optional.empty(),
        attempts,
        false,
        OptionalInt.empty(),
        Optional.empty());
  }

  JobStatus cancelling() {
    return new JobStatus(
        state,
        created,
        started,
        finished,
        attempts,
        true,
        exitCode,
        Optional.of("being cancelled"));
  }

  JobStatus interrupted() {
    return new JobStatus(
        JobState.INTERRUPTED,
        created,
        started,
        Optional.empty(),
        attempts,
        false,
        OptionalInt.empty(),
        Optional.of("the service ended while it ran"));
  }

  JobStatus ended(JobState state, Instant now, OptionalInt exitCode, Optional<String> reason) {
    return new JobStatus(
        state, created, started, Optional.of(now), attempts, cancelRequested, exitCode, reason);
  }
}
