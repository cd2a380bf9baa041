package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;

/**
 * How a lane works.
 *
 * @param capacity images that may wait
 * @param batching how requests share a forward
 * @param turns that it takes with other lanes, all with as many threads
 */
public record LaneSettings(int capacity, BatchPolicy batching, Scheduler turns) {

  /** One request at a time, on the JVM's clock, beside no other lane. */
  public static LaneSettings single(int capacity) {
    return new LaneSettings(capacity, BatchPolicy.single(), new Scheduler(Ticker.system()));
  }
}
