package io.github.vanillanet.serve.metrics;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

/**
 * The counters of one version at one moment. A concurrent event may be in some of them and not yet
 * in others.
 *
 * @param lastMillis time of the last answer, in milliseconds since 1970; 0 if there was none
 * @param images computed in forwards
 * @param pending requests that wait in the queue
 * @param outcomes requests by outcome
 * @param failedNanos total time of the requests that were not answered
 * @param byBatch answered requests by their number of images
 */
public record Statistics(
    long lastMillis,
    long images,
    long forwards,
    long pending,
    Map<Outcome, Long> outcomes,
    long failedNanos,
    Answers answers,
    Map<Integer, Answers> byBatch) {

  /**
   * Requests that were answered.
   *
   * @param nanos total time in each stage
   */
  public record Answers(long requests, Map<Stage, Long> nanos) {

    /** Total time in {@code stages} together. */
    public long nanos(Stage... stages) {
      return Arrays.stream(stages).mapToLong(nanos::get).sum();
    }
  }

  /** Requests that ended with one of these outcomes. */
  public long requests(Collection<Outcome> some) {
    return some.stream().mapToLong(outcomes::get).sum();
  }
}
