package io.github.vanillanet.serve.api;

import io.github.vanillanet.serve.api.call.InferencePaths;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;

/**
 * A content type that cannot be parsed is none that is taken; the router would call it a bug. An
 * image or tensor without one is bytes, as HTTP has it: the router would take it for any type that
 * its path takes, multipart among them.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-8.3-5">RFC 9110, section 8.3</a>
 */
@Provider
@PreMatching
public final class ContentTypeCheck implements ContainerRequestFilter {

  @Override
  public void filter(ContainerRequestContext request) {
    try {
      String path = request.getUriInfo().getPath();
      if (request.getMediaType() == null
          && InferencePaths.target(path, name -> false).isPresent()) {
        request
            .getHeaders()
            .putSingle(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_OCTET_STREAM);
      }
    } catch (IllegalArgumentException e) {
      throw new NotSupportedException(e);
    }
  }
}
