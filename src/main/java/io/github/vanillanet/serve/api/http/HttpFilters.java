package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.api.access.RequestOrigin;
import io.quarkus.micrometer.runtime.binder.vertx.HttpRequestMetric;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
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

  /** Health checks and metrics. */
  private static final String OPERATION = "/q/";

  private static final String BASIC = "basic ";

  /** The HTTP layer's own limits are higher, because it answers without a body. */
  private static final int MAX_URI_BYTES = 8 * 1024;

  private static final int MAX_HEADER_BYTES = 32 * 1024;

  private static final String DOT = "(?:\\.|%2[eE])";

  /**
   * A path must have one meaning. Filters and router both match Vert.x's normalised path, which
   * decodes unreserved characters only; later stages also strip parameters after a semicolon and
   * decode the rest. A path that these steps could change is rejected.
   */
  private static final Pattern AMBIGUOUS =
      Pattern.compile(
          ";|%3[bB]|\\\\|%5[cC]|%2[fF]|[\\x00-\\x1f\\x7f]|%[01][0-9a-fA-F]|%7[fF]|//|/"
              + DOT
              + "{1,2}(?:/|$)");

  private final Ticker ticker;
  private final RequestOrigin origins;
  private final PathAliases aliases;
  private final ErrorWriter errors;
  private final BodyAdmission bodies;
  private final StageSpans spans;
  private final Drain drain;
  private final Map<Api, Long> bodyLimits = new EnumMap<>(Api.class);

  HttpFilters(
      Ticker ticker,
      ServingConfig config,
      RequestOrigin origins,
      PathAliases aliases,
      ErrorWriter errors,
      BodyAdmission bodies,
      StageSpans spans,
      @Readiness Drain drain) {
    this.ticker = ticker;
    this.origins = origins;
    this.aliases = aliases;
    this.errors = errors;
    this.bodies = bodies;
    this.spans = spans;
    this.drain = drain;
    for (Api api : Api.values()) {
      bodyLimits.put(api, api.bodyLimit(config));
    }
  }

  void register(@Observes Filters filters) {
    filters.register(this::enter, BEFORE_QUARKUS);
    filters.register(bodies::admit, AFTER_QUARKUS);
  }

  void register(@Observes Router router) {
    UnroutableRequests unroutable =
        new UnroutableRequests(errors, context -> begin(context, false));
    router.route().order(FAILURES).failureHandler(unroutable::answer);
  }

  private void enter(RoutingContext context) {
    MultiMap query = context.remove(PathAliases.QUERY);
    if (query != null) {
      context.request().params().addAll(query);
    }
    Optional<HttpError> invalid = check(context.request());
    HttpCall call = begin(context, invalid.isEmpty());
    if (invalid.isEmpty() && call.inference.isEmpty() && aliases.reroute(context, call.path)) {
      return;
    }
    closeDuringShutdown(call);
    discardUnreadBody(context);
    if (call.api == Api.OIP || call.api == Api.OIP_REPOSITORY) {
      compressTensorsOnly(call);
    }
    if (context.request().decoderResult().isFailure()) {
      errors.writeAndClose(call, invalid.orElseThrow());
    } else if (invalid.isPresent()) {
      errors.writeUnread(call, invalid.get());
    } else if (drain.rejecting && !call.path.startsWith(OPERATION)) {
      reject(call, NOT_READY.error("the service is stopping; send the request to another replica"));
    } else if (call.declaredBytes > call.bodyLimit) { // other bodies are counted as they arrive
      reject(
          call,
          TOO_LARGE.error(
              "expected a body of at most %d bytes, got %d", call.bodyLimit, call.declaredBytes));
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

  /** What is wrong with a request's head, if anything. */
  private static Optional<HttpError> check(HttpServerRequest request) {
    Throwable undecodable = request.decoderResult().cause();
    if (undecodable != null) {
      return Optional.of(UndecodableHead.error(undecodable));
    }
    String uri = request.uri();
    if (uri.length() > MAX_URI_BYTES) {
      return invalid(
          414, "expected a URL of at most %d bytes, got %d".formatted(MAX_URI_BYTES, uri.length()));
    }
    int headers = 0;
    for (Map.Entry<String, String> header : request.headers()) {
      headers += header.getKey().length() + header.getValue().length();
    }
    if (headers > MAX_HEADER_BYTES) {
      return invalid(
          431, "expected headers of at most %d bytes, got %d".formatted(MAX_HEADER_BYTES, headers));
    }
    if (AMBIGUOUS.matcher(request.path()).find()) {
      return invalid(
          400,
          "the path must not contain ';', '//', a backslash, '.' or '..' segments, control"
              + " characters, or an encoded ';', '/' or backslash");
    }
    try {
      new URI(uri);
      if (uri.indexOf('%') >= 0 && !EncodedPath.isUtf8(request.path())) {
        return invalid(400, "the path must be UTF-8 after percent-decoding");
      }
      return Optional.empty();
    } catch (URISyntaxException e) {
      return invalid(400, "expected a URI: %s at %d".formatted(e.getReason(), e.getIndex()));
    }
  }

  private static Optional<HttpError> invalid(int status, String detail) {
    return Optional.of(HttpError.of(status, detail));
  }

  /** The path as it was sent; {@code /} if the target is not a path. */
  private static String rawPath(HttpServerRequest request) {
    String path = request.path();
    return path != null && path.startsWith("/") ? path : "/";
  }

  /** The start of a raw path that has one meaning. */
  private static String plainStart(String path) {
    return path.split("[;%\\\\]", 2)[0];
  }

  /** Sets the request's id, which is the client's if that is valid, and its path and API. */
  private HttpCall begin(RoutingContext context, boolean hasValidPath) {
    String sent = context.request().getHeader(REQUEST_ID_HEADER);
    boolean valid = sent != null && REQUEST_ID.matcher(sent).matches();
    String id = valid ? sent : UUID.randomUUID().toString();
    context.response().putHeader(REQUEST_ID_HEADER, id);
    MDC.put(REQUEST_ID_IN_LOG, id);
    String path = hasValidPath ? context.normalizedPath() : rawPath(context.request());
    if (!path.startsWith(OPERATION)) { // these paths are not measured
      // the text of a path must not become a label
      Optional.ofNullable(HttpRequestMetric.getRequestMetric(context))
          .ifPresent(metric -> metric.setTemplatePath(PATH_WITHOUT_ROUTE));
    }
    Api api = Api.of(hasValidPath ? path : plainStart(path));
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
            if (drain.closing) {
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

  /** Answers a request without reading its body. */
  private void reject(HttpCall call, ServiceException reason) {
    if (call.inference.isPresent()) {
      call.describeAnswer(spans);
    }
    errors.writeAndClose(call, HttpError.of(reason));
  }
}
