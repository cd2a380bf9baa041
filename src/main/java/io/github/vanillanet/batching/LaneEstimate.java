package io.github.vanillanet.batching;

import java.time.Duration;

/**
 * What work would meet if it came now, from what the lane measured.
 *
 * @param waiting until what is before it is computed
 * @param forward of the work itself
 * @param margin by how much all that may well be longer, as far as it has varied
 * @param room false if the queue would refuse it
 */
public record LaneEstimate(Duration waiting, Duration forward, Duration margin, boolean room) {

  /** What can be promised. */
  public Duration total() {
    return waiting.plus(forward).plus(margin);
  }
}
