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
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** The checks behind {@code /q/health}. */
final class HealthChecks {

  /** Fails after a fault that only a restart of the process repairs. */
  @Liveness
  @Singleton
  HealthCheck live(ModelRegistry registry) {
    return () -> response(HealthCheckResponse.named("lanes"), true, registry.stickyFaults());
  }

  /** Passes while all models are loaded and warm and none has a fault. */
  @Readiness
  @Singleton
  HealthCheck ready(ServiceLifecycle lifecycle, ModelRegistry registry) {
    return () -> {
      Map<ModelId, LaneFault> faults = new HashMap<>(registry.faults());
      faults.putAll(registry.stickyFaults());
      return response(
          HealthCheckResponse.named("models")
              .withData("state", lifecycle.state().name())
              .withData("models", String.join(", ", registry.names())),
          lifecycle.state() == ServiceLifecycle.State.READY,
          faults);
    };
  }

  private static HealthCheckResponse response(
      HealthCheckResponseBuilder response, boolean up, Map<ModelId, LaneFault> faults) {
    faults.forEach((id, fault) -> response.withData(id.toString(), fault.toString()));
    return response.status(up && faults.isEmpty()).build();
  }
}
