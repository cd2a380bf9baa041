package io.github.vanillanet.rest;

import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.ext.Provider;

/** A content type that cannot be parsed is none that is taken; the router would call it a bug. */
@Provider
@PreMatching
public final class ContentTypeCheck implements ContainerRequestFilter {

  @Override
  public void filter(ContainerRequestContext request) {
    try {
      request.getMediaType();
    } catch (IllegalArgumentException e) {
      throw new NotSupportedException(e);
    }
  }
}
