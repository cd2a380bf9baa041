package io.github.vanillanet.app;

import io.github.vanillanet.model.engine.Device;
import java.util.function.Consumer;

/** Chooses the number of lanes. */
final class LaneChoice {

  private LaneChoice() {}

  /**
   * One lane on CUDA devices: DJL computes on the default stream from all threads, so that forward
   * passes of several lanes would run one after the other.
   *
   * @param warn receives a message if fewer lanes are used than configured
   */
  static int of(int configured, Device.Kind kind, Consumer<String> warn) {
    return switch (kind) {
      case CPU -> configured;
      case CUDA -> {
        if (configured > 1) {
          warn.accept(
              "vanillanet.lanes=%d: forward passes on a CUDA device do not overlap, using one lane;"
                      .formatted(configured)
                  + " vanillanet.batching.max-batch raises the throughput");
        }
        yield 1;
      }
    };
  }
}
