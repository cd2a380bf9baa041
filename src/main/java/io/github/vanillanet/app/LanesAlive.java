package io.github.vanillanet.app;

import io.github.vanillanet.serve.registry.StickyFaults;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Alive until a fault is found that a new start cures, and nothing else. */
@Liveness
@Singleton
final class LanesAlive implements HealthCheck {

  private final StickyFaults sticky;

  LanesAlive(StickyFaults sticky) {
    this.sticky = sticky;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("lanes").status(sticky.found().isEmpty());
    sticky.found().forEach((id, fault) -> response.withData(id.toString(), fault.toString()));
    return response.build();
  }
}
