package io.github.vanillanet.serve.api;

import jakarta.inject.Provider;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Set;

/** Counts a body of undeclared length while a resource reads it, or the parser of multipart. */
@jakarta.ws.rs.ext.Provider
@PreMatching
public final class UndeclaredBody implements ContainerRequestFilter {

  private static final Set<String> WITHOUT_BODY =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  /** Filters are made while the application is built, when settings cannot be read yet. */
  private final Provider<BodyBounds> bounds;

  UndeclaredBody(Provider<BodyBounds> bounds) {
    this.bounds = bounds;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    if (WITHOUT_BODY.contains(request.getMethod())
        || request.getHeaderString(HttpHeaders.CONTENT_LENGTH) != null) {
      return;
    }
    long bound = bounds.get().at(request.getUriInfo().getPath());
    request.setEntityStream(new BoundedStream(request.getEntityStream(), bound));
  }
}
