package io.github.vanillanet.serve.api.problem;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.ext.Provider;

/** Writes the request's id into every problem, whoever made it. */
@Provider
public final class ProblemRequestIds implements ContainerResponseFilter {

  private final CurrentVertxRequest current;

  ProblemRequestIds(CurrentVertxRequest current) {
    this.current = current;
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    if (response.getEntity() instanceof Problem problem) {
      RequestId.of(current.getCurrent())
          .ifPresent(id -> response.setEntity(problem.withRequestId(id)));
    }
  }
}
