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
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.core.multipart.MultipartParser;

/**
 * Turns whatever a request threw into an answer with a body. Bugs are logged with their trace and
 * answered without one.
 */
@Provider
public final class ProblemMapper implements ExceptionMapper<Throwable> {

  private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

  static final String UNEXPECTED = "an unexpected error, see the log";

  @Context UriInfo uri;

  private final AllowedMethods methods;

  ProblemMapper(AllowedMethods methods) {
    this.methods = methods;
  }

  @Override
  public Response toResponse(Throwable failure) {
    String path = uri.getPath();
    if (failure instanceof ServiceException named) {
      if (named.code() == ErrorCode.ENGINE_FAILURE) {
        LOG.errorf("%s: %s", path, named.getMessage());
      }
      Response.ResponseBuilder builder = response(ProblemAnswer.of(named, path));
      if (named.code() == ErrorCode.TOO_LARGE) {
        builder.header("Connection", "close"); // the rest of the body is never read
      }
      return builder.build();
    }
    if (failure instanceof WebApplicationException http) {
      return ofHttp(http, path);
    }
    if (isMalformedMultipart(failure)) {
      return response(
              ProblemAnswer.of(
                  400, "the multipart body is damaged, ends early or has too many parts", path))
          .build();
    }
    LOG.errorf(failure, "%s failed", path);
    return response(ProblemAnswer.of(500, UNEXPECTED, path)).build();
  }

  /** The multipart parser has an exception of its own for one of three faults only. */
  private static boolean isMalformedMultipart(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof MultipartParser.MalformedMessageException
        || failure instanceof IOException && message.startsWith("Connection terminated parsing")
        || message.startsWith("Param limit of ");
  }

  private Response ofHttp(WebApplicationException failure, String path) {
    Response original = failure.getResponse();
    int status = original.getStatus();
    if (status < 400) {
      return original; // a redirect, say
    }
    String detail =
        switch (status) {
          case 404 -> "there is nothing at " + path;
          case 405 -> "this method is not allowed at " + path;
          case 406 -> "the answer is of no type that the Accept header takes";
          case 413 -> "a part of the form is larger than it may be";
          case 415 -> "the content type is missing or none that %s takes".formatted(path);
          default -> String.valueOf(failure.getMessage());
        };
    Response.ResponseBuilder builder = response(ProblemAnswer.of(status, detail, path));
    if (status == 405) {
      builder.header(HttpHeaders.ALLOW, String.join(", ", methods.at(path)));
    }
    return builder.build();
  }

  private static Response.ResponseBuilder response(ProblemAnswer answer) {
    Response.ResponseBuilder builder =
        Response.status(answer.status()).type(answer.mediaType()).entity(answer.entity());
    answer.retrySeconds().ifPresent(wait -> builder.header(HttpHeaders.RETRY_AFTER, wait));
    return builder;
  }
}
