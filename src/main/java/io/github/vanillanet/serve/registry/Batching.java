package io.github.vanillanet.serve.registry;

import io.github.vanillanet.serve.scheduler.BatchPolicy;
import java.time.Duration;
import java.util.Optional;

/**
 * How many requests of a version share a forward.
 *
 * @param times measured at load; empty if a setting or the device decided
 */
public record Batching(BatchPolicy policy, Optional<Times> times) {

  /** A batch saves time only if an image takes at most this part of its time alone. */
  private static final double WORTHWHILE = 0.9;

  /**
   * Times of one image.
   *
   * @param alone in a forward of its own
   * @param together in a full batch: the time of the batch divided by its images; empty if it was
   *     not measured, because {@code alone} is too long
   */
  public record Times(Duration alone, Optional<Duration> together) {

    /**
     * A longer forward keeps the processor's units busy with one image, so that a batch saves
     * nothing. This holds from about 5 ms on; the rest is for other load during the measurement.
     */
    static final Duration LONGEST = Duration.ofMillis(10);

    /** Returns whether a batch saves time. */
    boolean suggestBatches() {
      return together.filter(time -> time.toNanos() <= WORTHWHILE * alone.toNanos()).isPresent();
    }
  }

  static Batching measured(BatchPolicy largest, Times times) {
    return new Batching(
        times.suggestBatches() ? largest : BatchPolicy.single(), Optional.of(times));
  }
}
