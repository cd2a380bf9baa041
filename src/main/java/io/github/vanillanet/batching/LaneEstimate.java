package io.github.vanillanet.batching;

import java.time.Duration;

/**
 * What work would meet if it came now, from what the lane measured.
 *
 * @param waiting until what is before it is computed
 * @param forward of the work itself
 * @param room false if the queue would refuse it
 */
public record LaneEstimate(Duration waiting, Duration forward, boolean room) {

  public Duration total() {
    return waiting.plus(forward);
  }
}
