package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.inference.Call;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;

/**
 * One HTTP request from its first filter to its answer: its path, API, id, inference call, and
 * body. {@link Door} makes it. Used by one thread at a time.
 */
public final class HttpCall {

  private static final String KEY = "vanillanet.call";
  private static final String BUDGET_HEADER = "X-Latency-Budget-Ms";
  private static final String BUDGET_QUERY = "deadline_ms";
  private static final double MAX_BUDGET_MILLIS = Duration.ofDays(365).toMillis();

  private final RoutingContext context;
  private final String path;
  private final Api api;
  private final String requestId;
  private final long bodyLimit;
  private final Optional<Api.Inference> inference;
  private final Call call;
  private Optional<byte[]> body = Optional.empty();

  HttpCall(
      RoutingContext context,
      String path,
      Api api,
      String requestId,
      long bodyLimit,
      Ticker ticker) {
    this.context = context;
    this.path = path;
    this.api = api;
    this.requestId = requestId;
    this.bodyLimit = bodyLimit;
    this.inference = api.inference(path);
    this.call = new Call(ticker, ticker.nanos());
    context.put(KEY, this);
  }

  /** The call of a request that has passed the first filter. */
  public static HttpCall of(RoutingContext context) {
    return find(context).orElseThrow();
  }

  static Optional<HttpCall> find(RoutingContext context) {
    return Optional.ofNullable(context.get(KEY));
  }

  RoutingContext context() {
    return context;
  }

  HttpServerRequest request() {
    return context.request();
  }

  HttpServerResponse response() {
    return context.response();
  }

  /** Decoded once and normalised; the router matches the same string. */
  String path() {
    return path;
  }

  Api api() {
    return api;
  }

  /** Bytes that the body may have. */
  long bodyLimit() {
    return bodyLimit;
  }

  Optional<Api.Inference> inference() {
    return inference;
  }

  /** Whether images or tensors are posted. */
  boolean infers() {
    HttpMethod method = context.request().method();
    return inference.isPresent() && (method == HttpMethod.POST || method == HttpMethod.PUT);
  }

  /** What goes with the request into the inference service. */
  public Call call() {
    return call;
  }

  /** The body of an error in the format of this request's API. */
  Object body(HttpError error) {
    return api.errors().body(error, path, Optional.of(requestId));
  }

  /** Content-Length; 0 if it is absent, the largest number if it is invalid. */
  long declaredBytes() {
    String declared = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return declared == null ? 0 : Long.parseLong(declared);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  boolean isHttp2() {
    return context.request().version() == HttpVersion.HTTP_2;
  }

  /**
   * Limits the call by the budget in header and query; the shorter one counts.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if one is not a positive number
   */
  void readBudget() {
    String header = context.request().getHeader(BUDGET_HEADER);
    if (header != null) {
      call.limit(budget(BUDGET_HEADER, header));
    }
    String query = context.request().getParam(BUDGET_QUERY);
    if (query != null) {
      call.limit(budget(BUDGET_QUERY, query));
    }
  }

  private static Duration budget(String name, String text) {
    double millis;
    try {
      millis = Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      millis = Double.NaN;
    }
    if (!(millis > 0)) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "%s: expected milliseconds above 0, got '%s'".formatted(name, text));
    }
    return Duration.ofNanos(Math.round(Math.min(millis, MAX_BUDGET_MILLIS) * 1e6));
  }

  /** Keeps the collected body until the route takes it. */
  void body(byte[] bytes) {
    body = Optional.of(bytes);
  }

  /** The collected body, once: this object must not keep it alive. */
  Optional<byte[]> takeBody() {
    Optional<byte[]> taken = body;
    body = Optional.empty();
    return taken;
  }
}
