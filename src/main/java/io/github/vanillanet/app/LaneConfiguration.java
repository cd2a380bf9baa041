package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.serve.registry.LanePlan;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.github.vanillanet.serve.scheduler.Scheduler;

/** The lanes that the settings ask for. */
final class LaneConfiguration {

  private static final int CUDA_BATCH = 8;

  private final ServingConfig config;
  private final Scheduler turns;

  /**
   * @param turns that all lanes take
   */
  LaneConfiguration(ServingConfig config, Scheduler turns) {
    this.config = config;
    this.turns = turns;
  }

  private int threads() {
    int share = Math.max(1, Runtime.getRuntime().availableProcessors() / config.lanes());
    return config.threads().orElse(share);
  }

  LanePlan plan(Device device) {
    int usual =
        switch (device.kind()) {
          case CPU -> 1;
          case CUDA -> CUDA_BATCH;
        };
    BatchPolicy batching =
        new BatchPolicy(config.batching().maxBatch().orElse(usual), config.batching().maxDelay());
    return new LanePlan(
        config.lanes(),
        threads(),
        new LaneSettings(config.queueCapacity(), batching, turns),
        config.health().hangLimit());
  }
}
