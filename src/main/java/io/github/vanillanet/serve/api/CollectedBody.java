package io.github.vanillanet.serve.api;

import io.github.vanillanet.serve.api.call.BodyStream;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.ext.Provider;

/** Hands a resource the body that {@link Intake} collected. */
@Provider
@PreMatching
@Priority(Priorities.USER - 1) // below what counts and unpacks
public final class CollectedBody implements ContainerRequestFilter {

  private final CurrentVertxRequest current;

  CollectedBody(CurrentVertxRequest current) {
    this.current = current;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    BodyStream.of(current.getCurrent()).ifPresent(request::setEntityStream);
  }
}
