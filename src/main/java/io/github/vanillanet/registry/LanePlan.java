package io.github.vanillanet.registry;

import io.github.vanillanet.batching.LaneSettings;
import java.time.Duration;

/**
 * How many threads a model gets.
 *
 * @param lanes that compute at the same time, on the same weights
 * @param threads that each of them may use on a CPU
 * @param hangLimit a forward hangs that takes longer, and longer than ten times what was measured
 */
public record LanePlan(int lanes, int threads, LaneSettings lane, Duration hangLimit) {

  /** With the watch's own delay, a hang shows within two seconds. */
  static final Duration USUAL_HANG_LIMIT = Duration.ofMillis(1500);
}
