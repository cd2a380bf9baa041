package io.github.vanillanet.registry;

import io.github.vanillanet.batching.LaneFault;

/** Is told when a version's lane goes out of service. On whatever thread found it: be quick. */
@FunctionalInterface
public interface FaultObserver {

  void faulted(ModelId id, LaneFault fault);

  /** Looks away. */
  static FaultObserver none() {
    return (id, fault) -> {};
  }
}
