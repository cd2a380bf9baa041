package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.serve.metrics.VersionMeters;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Whether a lane may answer. The first fault ends that for good: what waits and what is being
 * computed fails, and nothing is taken in. Only a sticky fault replaces one that is not.
 * Thread-safe.
 */
final class LaneHealth {

  private final LaneQueue queue;
  private final VersionMeters meters;

  private volatile Optional<LaneFault> fault = Optional.empty(); // written under this
  private volatile Optional<Consumer<LaneFault>> listener = Optional.empty();

  LaneHealth(LaneQueue queue, VersionMeters meters) {
    this.queue = queue;
    this.meters = meters;
  }

  /**
   * Judges forwards from here on. Before, while a version is loaded, a failure is the loader's.
   *
   * @param onFault told of each fault
   */
  void watched(Consumer<LaneFault> onFault) {
    listener = Optional.of(onFault);
  }

  boolean isWatched() {
    return listener.isPresent();
  }

  Optional<LaneFault> fault() {
    return fault;
  }

  void report(LaneFault found) {
    synchronized (this) {
      if (fault.isPresent() && (fault.get().sticky() || !found.sticky())) {
        return;
      }
      fault = Optional.of(found); // from here on no worker hands out an answer
    }
    try {
      if (isWatched()) {
        meters.faulted(found.reason());
        listener.get().accept(found);
      }
    } finally {
      queue.refuse(found);
    }
  }
}
