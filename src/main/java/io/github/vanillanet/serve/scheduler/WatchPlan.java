package io.github.vanillanet.serve.scheduler;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * How an open lane is watched.
 *
 * @param probes asked in turn; at least one
 * @param interval shortest time between two probes of one thread
 * @param hangLimit a forward hangs that takes longer, and longer than ten times what was measured
 * @param onFault told of each fault, on whatever thread found it: be quick
 */
public record WatchPlan(
    List<KnownAnswer> probes, Duration interval, Duration hangLimit, Consumer<LaneFault> onFault) {

  public WatchPlan {
    probes = List.copyOf(probes);
    if (probes.isEmpty() || hangLimit.isNegative() || hangLimit.isZero()) {
      throw new IllegalArgumentException(
          "expected a probe and a positive limit, found %d and %s"
              .formatted(probes.size(), hangLimit));
    }
  }
}
