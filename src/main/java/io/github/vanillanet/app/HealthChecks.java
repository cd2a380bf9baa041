package io.github.vanillanet.app;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.scheduler.LaneFault;
import io.quarkus.smallrye.health.runtime.ShutdownReadinessCheck;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * The checks behind {@code /q/health} and the health routes of the protocols. They read the state
 * at hand on the event loop, so that they answer while all worker threads are busy. Quarkus runs a
 * check that is not asynchronous on a worker thread; its own check of the shutdown is therefore
 * disabled and replaced here.
 */
final class HealthChecks {

  /** Fails after a fault that only a restart of the process repairs, and during a hang. */
  @Liveness
  @Singleton
  AsyncHealthCheck live(ModelRegistry registry) {
    return () ->
        Uni.createFrom()
            .item(response(HealthCheckResponse.named("lanes"), true, registry.processFaults()));
  }

  /** Passes when loading has ended, also if there is no model to serve. */
  @Startup
  @Singleton
  AsyncHealthCheck started(ServiceLifecycle lifecycle) {
    return () ->
        Uni.createFrom()
            .item(
                HealthCheckResponse.named("loading")
                    .status(lifecycle.state() != ServiceLifecycle.State.LOADING)
                    .build());
  }

  /** Passes while all models are loaded and warm and none has a fault. */
  @Readiness
  @Singleton
  AsyncHealthCheck ready(ServiceLifecycle lifecycle, ModelRegistry registry) {
    return () -> {
      Map<ModelId, LaneFault> faults = new HashMap<>(registry.faults());
      faults.putAll(registry.processFaults());
      HealthCheckResponseBuilder models =
          HealthCheckResponse.named("models")
              .withData("state", lifecycle.state().name())
              .withData("models", String.join(", ", registry.names()));
      lifecycle.reason().ifPresent(reason -> models.withData("reason", reason));
      HealthCheckResponse response =
          response(models, lifecycle.state() == ServiceLifecycle.State.READY, faults);
      return Uni.createFrom().item(response);
    };
  }

  /** Fails from the signal to stop on, before any delay. */
  @Readiness
  @Singleton
  AsyncHealthCheck shutdown(@Readiness ShutdownReadinessCheck check) {
    return () -> Uni.createFrom().item(check.call());
  }

  private static HealthCheckResponse response(
      HealthCheckResponseBuilder response, boolean up, Map<ModelId, LaneFault> faults) {
    faults.forEach((id, fault) -> response.withData(id.toString(), fault.toString()));
    return response.status(up && faults.isEmpty()).build();
  }
}
