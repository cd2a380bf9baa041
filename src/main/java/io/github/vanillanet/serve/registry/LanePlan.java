package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import java.time.Duration;
import java.util.List;

/**
 * How many threads a model gets.
 *
 * @param lanes that compute at the same time on each device, on the same weights
 * @param threads that each of them may use on a CPU
 * @param hangLimit a forward hangs that takes longer, and longer than ten times what was measured
 */
public record LanePlan(int lanes, int threads, LaneSettings lane, Duration hangLimit) {

  /** With the watch's own delay, a hang shows within two seconds. */
  static final Duration USUAL_HANG_LIMIT = Duration.ofMillis(1500);

  /** What each of its threads does first on a device. */
  WarmUp warmUp(Device device, List<RgbImage> probes) {
    return switch (device.kind()) {
      case CPU -> {
        List<Integer> further = lane.batching().combines() ? lane.batching().sizes() : List.of();
        yield new WarmUp(probes, further, List.of(InputKind.IMAGES));
      }
      case CUDA -> new WarmUp(probes, lane.batching().forwardSizes(), List.of(InputKind.values()));
    };
  }
}
