package io.github.vanillanet.app;

import io.github.vanillanet.serve.registry.FaultObserver;
import io.github.vanillanet.serve.registry.StickyFaults;
import io.github.vanillanet.serve.registry.SwapGuard;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** Builds what learns of lanes that go out of service. */
final class HealthWiring {

  private static final Logger LOG = Logger.getLogger(HealthWiring.class);

  @Produces
  @Singleton
  @Typed(StickyFaults.class)
  StickyFaults sticky() {
    return new StickyFaults();
  }

  @Produces
  @Singleton
  FaultObserver faults(StickyFaults sticky, SwapGuard guard) {
    return (id, fault) -> {
      LOG.errorf("%s is out of service: %s", id, fault);
      sticky.faulted(id, fault);
      guard.faulted(id, fault);
    };
  }
}
