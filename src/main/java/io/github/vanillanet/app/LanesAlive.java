package io.github.vanillanet.app;

import io.github.vanillanet.serve.registry.ModelRegistry;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Alive until a fault is found that a new start cures, and nothing else. */
@Liveness
@Singleton
final class LanesAlive implements HealthCheck {

  private final ModelRegistry registry;

  LanesAlive(ModelRegistry registry) {
    this.registry = registry;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("lanes").status(registry.stickyFaults().isEmpty());
    registry
        .stickyFaults()
        .forEach((id, fault) -> response.withData(id.toString(), fault.toString()));
    return response.build();
  }
}
