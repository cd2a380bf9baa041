package io.github.vanillanet.batching;

import io.github.vanillanet.timing.Ticker;

/**
 * How a lane works.
 *
 * @param capacity images that may wait
 * @param batching how requests share a forward
 */
public record LaneSettings(int capacity, BatchPolicy batching, Ticker ticker) {

  /** One request at a time, on the JVM's clock. */
  public static LaneSettings single(int capacity) {
    return new LaneSettings(capacity, BatchPolicy.single(), Ticker.system());
  }
}
