package io.github.vanillanet.app;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Builds the meters and the clock. */
final class MetricsWiring {

  @Produces
  @Singleton
  Ticker ticker() {
    return Ticker.system();
  }

  @Produces
  @Singleton
  ServingMetrics metrics(MeterRegistry registry, PrometheusMeterRegistry prometheus) {
    ServingMetrics metrics = new ServingMetrics(registry);
    String host = Optional.ofNullable(System.getenv("HOSTNAME")).orElse("localhost");
    metrics.compatibilityNames(host).register(prometheus.getPrometheusRegistry());
    return metrics;
  }
}
