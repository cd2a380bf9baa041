package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.scheduler.LaneFault;

/** Is told when a version's lane goes out of service. On whatever thread found it: be quick. */
@FunctionalInterface
public interface FaultObserver {

  void faulted(ModelId id, LaneFault fault);

  /** Looks away. */
  static FaultObserver none() {
    return (id, fault) -> {};
  }
}
