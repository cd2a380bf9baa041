package io.github.vanillanet.serve.api;

import io.quarkus.smallrye.health.runtime.ShutdownReadinessCheck;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Tells clients of a service that ends, with each answer, to let go of their connection. Else one
 * that is kept alive would stay with this process whatever a balancer knows, until its next request
 * meets a closed socket.
 */
@Singleton
final class LastAnswers {

  private static final int EARLY = 1900;

  private final ShutdownReadinessCheck shutdown;

  /**
   * @param shutdown is down from the signal on, before any delay
   */
  LastAnswers(@Readiness ShutdownReadinessCheck shutdown) {
    this.shutdown = shutdown;
  }

  void register(@Observes Filters filters) {
    filters.register(this::watch, EARLY);
  }

  private void watch(RoutingContext context) {
    if (context.request().version() != HttpVersion.HTTP_2) { // which has no such header
      context.addHeadersEndHandler(head -> letGo(context));
    }
    context.next();
  }

  private void letGo(RoutingContext context) {
    if (shutdown.call().getStatus() == HealthCheckResponse.Status.DOWN) {
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
  }
}
