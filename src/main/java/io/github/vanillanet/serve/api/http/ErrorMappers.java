package io.github.vanillanet.serve.api.http;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.core.multipart.MultipartParser;
import org.jboss.resteasy.reactive.server.vertx.VertxInputStream;

/**
 * Maps what routes throw to answers. A bug is logged with its stack trace and answered with 500.
 */
public final class ErrorMappers {

  public static final String UNEXPECTED = "unexpected error, see the log of the service";
  public static final String UNAUTHORIZED =
      "expected the credentials of an administrator: a bearer token, or a user and a password";
  public static final String FORBIDDEN = "expected the role admin";

  private static final Logger LOG = Logger.getLogger(ErrorMappers.class);
  private static final String MULTIPART = MultipartParser.class.getPackageName() + ".";
  private static final String BODY = VertxInputStream.class.getName();

  private final RouteTable routes;

  ErrorMappers(RouteTable routes) {
    this.routes = routes;
  }

  @ServerExceptionMapper
  Response failed(ServiceException failure, RoutingContext context) {
    HttpCall call = HttpCall.of(context);
    if (failure.code() == ErrorCode.ENGINE_FAILURE) {
      LOG.errorf("%s: %s", call.path, failure.getMessage());
    }
    Response.ResponseBuilder response = response(call, HttpError.of(failure));
    if (failure.code() == ErrorCode.TOO_LARGE) {
      response.header("Connection", "close"); // the rest of the body is not read
    }
    return response.build();
  }

  @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
  Response unauthorized(RoutingContext context) {
    return response(HttpCall.of(context), HttpError.of(401, UNAUTHORIZED))
        .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
        .header(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"vanillanet\", charset=\"UTF-8\"")
        .build();
  }

  @ServerExceptionMapper(ForbiddenException.class)
  Response forbidden(RoutingContext context) {
    return response(HttpCall.of(context), HttpError.of(403, FORBIDDEN)).build();
  }

  @ServerExceptionMapper
  Response rejectedByHttp(WebApplicationException failure, RoutingContext context) {
    Response original = failure.getResponse();
    if (original.getStatus() < 400) {
      return original; // such as a redirect
    }
    HttpCall call = HttpCall.of(context);
    SortedSet<String> allowed = routes.methods(call.path);
    int status = original.getStatus();
    if (status == 404 && !allowed.isEmpty() && !allowed.contains(call.request.method().name())) {
      status = 405; // Quarkus REST may answer 404 to the wrong method of a path
    }
    String detail =
        switch (status) {
          case 404 -> "nothing is served at " + call.path;
          case 405 ->
              "the method %s is not allowed at %s".formatted(call.request.method(), call.path);
          case 406 -> "the answer has none of the types in the Accept header";
          case 413 -> "a part of the form is too large";
          case 415 ->
              "%s: expected the content type %s, got '%s'"
                  .formatted(
                      call.path,
                      String.join(" or ", routes.types(call.path, call.request.method().name())),
                      call.request.getHeader(HttpHeaders.CONTENT_TYPE));
          default -> String.valueOf(failure.getMessage());
        };
    Response.ResponseBuilder response = response(call, HttpError.of(status, detail));
    if (status == 405) {
      response.header(HttpHeaders.ALLOW, String.join(", ", allowed));
    }
    return response.build();
  }

  @ServerExceptionMapper
  Response unexpected(Throwable failure, RoutingContext context) {
    HttpCall call = HttpCall.of(context);
    if (isMalformedMultipart(failure)) {
      return badRequest(call, "the multipart body is malformed, ends early, or has too many parts");
    }
    if (failure instanceof IOException && isThrownBelow(BODY, failure)) {
      return badRequest(call, "the body ended early");
    }
    if (failure instanceof StreamConstraintsException limit) {
      return badRequest(call, "the JSON exceeds a limit: " + limit.getOriginalMessage());
    }
    LOG.errorf(failure, "%s failed", call.path);
    return response(call, HttpError.of(500, UNEXPECTED)).build();
  }

  private static Response badRequest(HttpCall call, String detail) {
    return response(call, HttpError.of(400, detail)).build();
  }

  /**
   * The multipart parser reports malformed input in several ways: its own exception, two of
   * java.io, and runtime exceptions of its code. Other I/O failures are the service's own.
   */
  private static boolean isMalformedMultipart(Throwable failure) {
    if (failure instanceof IOException) {
      return failure instanceof MultipartParser.MalformedMessageException
          || failure instanceof UnsupportedEncodingException
          || String.valueOf(failure.getMessage()).startsWith("Connection terminated parsing");
    }
    return failure instanceof RuntimeException && isThrownBelow(MULTIPART, failure);
  }

  private static boolean isThrownBelow(String classes, Throwable failure) {
    return Stream.of(failure.getStackTrace())
        .anyMatch(frame -> frame.getClassName().startsWith(classes));
  }

  private static Response.ResponseBuilder response(HttpCall call, HttpError error) {
    Response.ResponseBuilder response =
        Response.status(error.status())
            .type(call.api.errors().mediaType())
            .entity(call.body(error));
    error.retrySeconds().ifPresent(wait -> response.header(HttpHeaders.RETRY_AFTER, wait));
    return response;
  }
}
