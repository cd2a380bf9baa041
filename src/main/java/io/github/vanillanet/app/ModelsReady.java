package io.github.vanillanet.app;

import io.github.vanillanet.registry.ModelRegistry;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready once every model that can be served is loaded and warm, until the service closes. */
@Readiness
@Singleton
final class ModelsReady implements HealthCheck {

  private final ServiceLifecycle lifecycle;
  private final ModelRegistry registry;

  ModelsReady(ServiceLifecycle lifecycle, ModelRegistry registry) {
    this.lifecycle = lifecycle;
    this.registry = registry;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("models")
        .status(lifecycle.state() == ServiceLifecycle.State.READY)
        .withData("state", lifecycle.state().name())
        .withData("models", String.join(", ", registry.names()))
        .build();
  }
}
