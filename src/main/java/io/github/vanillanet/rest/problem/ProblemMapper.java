package io.github.vanillanet.rest.problem;

import io.github.vanillanet.error.ErrorCode;
import io.github.vanillanet.error.ServiceException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.jboss.logging.Logger;

/**
 * Turns whatever a request threw into an answer with a body. Bugs are logged with their trace and
 * answered without one.
 */
@Provider
public final class ProblemMapper implements ExceptionMapper<Throwable> {

  private static final Logger LOG = Logger.getLogger(ProblemMapper.class);
  private static final String RETRY_SECONDS = "1";

  @Context UriInfo uri;

  @Override
  public Response toResponse(Throwable failure) {
    String path = uri.getPath();
    if (failure instanceof ServiceException named) {
      if (named.code() == ErrorCode.ENGINE_FAILURE) {
        LOG.errorf("%s: %s", path, named.getMessage());
      }
      return response(ProblemAnswer.of(named, path)).build();
    }
    if (failure instanceof WebApplicationException http) {
      return ofHttp(http, path);
    }
    LOG.errorf(failure, "%s failed", path);
    return response(ProblemAnswer.of(500, "an unexpected error, see the log", path)).build();
  }

  private static Response ofHttp(WebApplicationException failure, String path) {
    Response original = failure.getResponse();
    int status = original.getStatus();
    if (status < 400) {
      return original; // a redirect, say
    }
    String detail =
        switch (status) {
          case 404 -> "there is nothing at " + path;
          case 405 -> "this method is not allowed at " + path;
          case 415 -> "the content type is missing or none that %s takes".formatted(path);
          default -> String.valueOf(failure.getMessage());
        };
    Response.ResponseBuilder builder = response(ProblemAnswer.of(status, detail, path));
    if (original.getHeaderString(HttpHeaders.ALLOW) != null) {
      builder.header(HttpHeaders.ALLOW, original.getHeaderString(HttpHeaders.ALLOW));
    }
    return builder.build();
  }

  private static Response.ResponseBuilder response(ProblemAnswer answer) {
    Response.ResponseBuilder builder =
        Response.status(answer.status()).type(answer.mediaType()).entity(answer.entity());
    if (answer.status() == 429 || answer.status() == 503) {
      builder.header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
    }
    return builder;
  }
}
