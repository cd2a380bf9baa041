package io.github.vanillanet.serve.api.problem;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.core.multipart.MultipartParser;
import org.jboss.resteasy.reactive.server.vertx.VertxInputStream;

/**
 * Turns whatever a request threw into an answer with a body. Bugs are logged with their trace and
 * answered without one.
 */
@Provider
public final class ProblemMapper implements ExceptionMapper<Throwable> {

  private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

  static final String UNEXPECTED = "an unexpected error, see the log";

  private static final String MULTIPART = MultipartParser.class.getPackageName() + ".";

  private static final String BODY = VertxInputStream.class.getName();

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
    if (failure instanceof IOException && isThrownBelow(BODY, failure)) {
      return response(ProblemAnswer.of(400, "the body ended early", path)).build();
    }
    if (failure instanceof StreamConstraintsException tooMuch) {
      return response(
              ProblemAnswer.of(
                  400, "the body is no JSON that is read: " + tooMuch.getOriginalMessage(), path))
          .build();
    }
    LOG.errorf(failure, "%s failed", path);
    return response(ProblemAnswer.of(500, UNEXPECTED, path)).build();
  }

  /**
   * The multipart parser has an exception of its own for one of its faults only: of a header or a
   * charset that it did not expect it stumbles. What it cannot write is not the client's fault.
   */
  private static boolean isMalformedMultipart(Throwable failure) {
    if (failure instanceof IOException) {
      String message = String.valueOf(failure.getMessage());
      return failure instanceof MultipartParser.MalformedMessageException
          || failure instanceof UnsupportedEncodingException
          || message.startsWith("Connection terminated parsing");
    }
    return failure instanceof RuntimeException && isThrownBelow(MULTIPART, failure);
  }

  private static boolean isThrownBelow(String classes, Throwable failure) {
    return Stream.of(failure.getStackTrace())
        .anyMatch(frame -> frame.getClassName().startsWith(classes));
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
