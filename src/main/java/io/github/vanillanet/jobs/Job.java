package io.github.vanillanet.jobs;

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
