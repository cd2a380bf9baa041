package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A job at the time of the query.
 *
 * @param spec what to do; not modified
 * @param progress the last line
 * @param outcome present once the work has ended in order
 */
public record Job(
    String id,
    JobStatus status,
    JsonNode spec,
    Optional<Progress> progress,
    Optional<Outcome> outcome) {

  public JobState state() {
    return status.state();
  }

  /** The same job, whose process the cluster holds back. */
  Job queued() {
    return new Job(id, status.heldBack(), spec, progress, outcome);
  }

  Job withObstacle(String obstacle) {
    return new Job(id, status.withObstacle(obstacle), spec, progress, outcome);
  }
}
