package io.github.vanillanet.app;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.scheduler.LaneFault;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once every model that can be served is loaded and warm, until the service closes or the
 * lane of a live version is out of service. What only a new process cures is not forgotten.
 */
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
    Map<ModelId, LaneFault> faults = new HashMap<>(registry.faults());
    faults.putAll(registry.stickyFaults());
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("models")
            .status(lifecycle.state() == ServiceLifecycle.State.READY && faults.isEmpty())
            .withData("state", lifecycle.state().name())
            .withData("models", String.join(", ", registry.names()));
    faults.forEach((id, fault) -> response.withData(id.toString(), fault.toString()));
    return response.build();
  }
}
