package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A job as it stood when it was asked for.
 *
 * @param started when its present or last process was
 * @param attempts processes started so far
 * @param cancelRequested whether somebody asked for its end
 * @param exitCode of the last process, if this service saw it end
 * @param reason of the state, in words, where there is one
 * @param spec what was asked for; nobody writes it
 * @param progress the last line of it
 * @param outcome with the accuracies that decided
 */
public record Job(
    String id,
    JobState state,
    Instant created,
    Optional<Instant> started,
    Optional<Instant> finished,
    int attempts,
    boolean cancelRequested,
    OptionalInt exitCode,
    Optional<String> reason,
    JsonNode spec,
    Optional<Progress> progress,
    Optional<Outcome> outcome) {

  /** While it runs and does not get on: the same with what keeps it from its work. */
  Job held(String obstacle) {
    return new Job(
        id,
        state,
        created,
        started,
        finished,
        attempts,
        cancelRequested,
        exitCode,
        Optional.of(reason.map(it -> it + "; " + obstacle).orElse(obstacle)),
        spec,
        progress,
        outcome);
  }

  static Job of(
      String id,
      JobStatus status,
      JsonNode spec,
      Optional<Progress> progress,
      Optional<Outcome> outcome) {
    return new Job(
        id,
        status.state(),
        status.created(),
        status.started(),
        status.finished(),
        status.attempts(),
        status.cancelRequested(),
        status.exitCode(),
        status.reason(),
        spec,
        progress,
        outcome);
  }
}
