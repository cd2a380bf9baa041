package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.api.access.RequestOrigin;
import io.quarkus.micrometer.runtime.binder.vertx.HttpRequestMetric;
import io.quarkus.smallrye.health.runtime.ShutdownReadinessCheck;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.MDC;

/** The only class that registers filters. They run on the event loop and never block. */
@Singleton
final class HttpFilters {

  /** Quarkus applies CORS at 300, authentication at 200, and access rules at 100. */
  private static final int BEFORE_QUARKUS = 2000;

  private static final int AFTER_QUARKUS = 10;

  /** Before the error handler of Quarkus. */
  private static final int FAILURES = 1500;

  private static final String REQUEST_ID_HEADER = "x-request-id";
  private static final String REQUEST_ID_IN_LOG = "request_id";
  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:/+=@-]{1,128}");

  /** Label of paths that no route with a template answers. */
  private static final String PATH_WITHOUT_ROUTE = "/other";

  private static final String BASIC = "basic ";

  private final Ticker ticker;
  private final RequestOrigin origins;
  private final PathAliases aliases;
  private final ErrorWriter errors;
  private final BodyAdmission bodies;
  private final StageSpans spans;
  private final ShutdownReadinessCheck shutdown;
  private final Map<Api, Long> bodyLimits = new EnumMap<>(Api.class);

  /**
   * @param shutdown is down from the signal on, before any delay
   */
  HttpFilters(
      Ticker ticker,
      ServingConfig config,
      RequestOrigin origins,
      PathAliases aliases,
      ErrorWriter errors,
      BodyAdmission bodies,
      StageSpans spans,
      @Readiness ShutdownReadinessCheck shutdown) {
    this.ticker = ticker;
    this.origins = origins;
    this.aliases = aliases;
    this.errors = errors;
    this.bodies = bodies;
    this.spans = spans;
    this.shutdown = shutdown;
    for (Api api : Api.values()) {
      bodyLimits.put(api, api.bodyLimit(config));
    }
  }

  void register(@Observes Filters filters) {
    filters.register(this::enter, BEFORE_QUARKUS);
    filters.register(bodies::admit, AFTER_QUARKUS);
  }

  void register(@Observes Router router) {
    router.route().order(FAILURES).failureHandler(this::notRoutable);
  }

  private void enter(RoutingContext context) {
    Optional<HttpError> invalid = RequestHead.problem(context.request());
    if (invalid.isEmpty()) {
      Optional<String> own = aliases.ownPath(context.normalizedPath());
      if (own.isPresent()) {
        context.reroute(own.get());
        return;
      }
    }
    HttpCall call = begin(context, invalid.isEmpty());
    closeDuringShutdown(call);
    discardUnreadBody(context);
    if (call.api == Api.OIP || call.api == Api.OIP_REPOSITORY) {
      compressTensorsOnly(call);
    }
    if (context.request().decoderResult().isFailure()) {
      errors.writeAndClose(call, invalid.orElseThrow());
    } else if (invalid.isPresent()) {
      errors.writeUnread(call, invalid.get());
    } else if (call.declaredBytes > call.bodyLimit) {
      rejectTooLargeBody(call);
    } else {
      if (call.api == Api.NATIVE && PageFiles.describe(call)) {
        return;
      }
      dropMalformedCredentials(context.request());
      Optional<ServiceException> foreign =
          call.inference.isPresent() ? Optional.empty() : origins.objection(context.request());
      if (foreign.isPresent()) {
        errors.writeUnread(call, HttpError.of(foreign.get()));
      } else {
        context.next();
      }
    }
  }

  /** Sets the request's id, which is the client's if that is valid, and its path and API. */
  private HttpCall begin(RoutingContext context, boolean hasValidPath) {
    String sent = context.request().getHeader(REQUEST_ID_HEADER);
    boolean valid = sent != null && REQUEST_ID.matcher(sent).matches();
    String id = valid ? sent : UUID.randomUUID().toString();
    context.response().putHeader(REQUEST_ID_HEADER, id);
    MDC.put(REQUEST_ID_IN_LOG, id);
    String path = hasValidPath ? context.normalizedPath() : RequestHead.rawPath(context.request());
    if (!path.startsWith("/q/")) { // not measured; the label of other paths must not be their text
      Optional.ofNullable(HttpRequestMetric.getRequestMetric(context))
          .ifPresent(metric -> metric.setTemplatePath(PATH_WITHOUT_ROUTE));
    }
    Api api = Api.of(hasValidPath ? path : RequestHead.plainStart(path));
    return new HttpCall(context, path, api, id, bodyLimits.get(api), ticker);
  }

  /**
   * During shutdown each answer makes the client close its connection, so that its next request
   * reaches another replica. HTTP/2 has no such header.
   */
  private void closeDuringShutdown(HttpCall call) {
    if (!call.http2) {
      call.context.addHeadersEndHandler(
          headers -> {
            if (shutdown.call().getStatus() == HealthCheckResponse.Status.DOWN) {
              call.context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
          });
    }
  }

  /**
   * As in Triton, only tensors are compressed. Its asynchronous client requests compression of
   * every answer, and decompresses tensors only.
   */
  private static void compressTensorsOnly(HttpCall call) {
    HttpServerResponse response = call.context.response();
    call.context.addHeadersEndHandler(
        headers -> {
          if (!call.infers() || response.getStatusCode() != 200) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
          }
        });
  }

  /** An unread body would block the next request on the connection. */
  private static void discardUnreadBody(RoutingContext context) {
    HttpServerRequest request = context.request();
    context.addEndHandler(
        answered -> {
          if (!request.isEnded()) {
            request.handler(piece -> {}); // replaces a reader that would keep the bytes
            request.resume();
          }
        });
  }

  /** Quarkus answers 500 to credentials that are not base64. Without them it answers 401. */
  private static void dropMalformedCredentials(HttpServerRequest request) {
    for (String sent : request.headers().getAll(HttpHeaders.AUTHORIZATION)) {
      if (sent.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
        try {
          Base64.getDecoder().decode(sent.substring(BASIC.length()));
        } catch (IllegalArgumentException e) {
          request.headers().remove(HttpHeaders.AUTHORIZATION);
        }
      }
    }
  }

  /** Bodies of undeclared length are counted while they are read. */
  private void rejectTooLargeBody(HttpCall call) {
    if (call.inference.isPresent()) {
      call.describeAnswer(spans);
    }
    errors.writeAndClose(
        call,
        HttpError.of(
            TOO_LARGE.error(
                "expected a body of at most %d bytes, got %d",
                call.bodyLimit, call.declaredBytes)));
  }

  /**
   * Answers requests that the router rejects before any filter: those without a host, or with a
   * target that is not a path.
   */
  private void notRoutable(RoutingContext context) {
    int status = context.statusCode();
    String target = context.request().uri();
    Throwable undecodable = context.request().decoderResult().cause();
    if (context.response().headWritten()) {
      context.next();
    } else if (undecodable != null) {
      errors.writeAndClose(begin(context, false), UndecodableHead.error(undecodable));
    } else if (status == 400) {
      Throwable cause = context.failure();
      reject(context, status, "invalid request: " + (cause == null ? "" : cause.getMessage()));
    } else if (status == 404 && !target.startsWith("/")) {
      reject(context, status, "expected a path that begins with '/', got '%s'".formatted(target));
    } else {
      context.next();
    }
  }

  private void reject(RoutingContext context, int status, String detail) {
    HttpCall call = begin(context, false);
    errors.write(call, HttpError.of(status, detail));
  }
}
