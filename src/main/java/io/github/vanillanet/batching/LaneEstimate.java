package io.github.vanillanet.batching;

import java.time.Duration;

/**
 * What work would meet if it came now, from what the lane measured.
 *
 * @param waiting until what is before it is computed
 * @param forward of the work itself
 * @param margin by how much all that may well be longer, from how much longer other work took
 * @param room false if the queue would refuse it
 */
public record LaneEstimate(Duration waiting, Duration forward, Duration margin, boolean room) {

  Duration likely() {
    return waiting.plus(forward);
  }

  /** What can be promised. */
  public Duration total() {
    return likely().plus(margin);
  }
}
