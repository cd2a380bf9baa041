package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;

/**
 * The settings of a lane.
 *
 * @param capacity images that may wait
 * @param scheduler shared by all lanes of a service, which all have the same number of workers
 */
public record LaneSettings(int capacity, BatchPolicy batching, Scheduler scheduler) {

  /** Settings for one request at a time, with a separate scheduler. */
  public static LaneSettings single(int capacity) {
    return new LaneSettings(capacity, BatchPolicy.single(), new Scheduler(Ticker.system()));
  }
}
