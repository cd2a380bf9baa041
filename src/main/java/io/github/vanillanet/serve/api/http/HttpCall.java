package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.PictureOptions;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.ServedModel;
import io.opentelemetry.context.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.MatchResult;
import java.util.stream.Stream;

/**
 * One HTTP request from its first filter to its answer: its path, API, id, inference call, and
 * body. {@link HttpFilters} creates it. Used by one thread at a time.
 */
public final class HttpCall {

  private static final String KEY = "vanillanet.call";
  private static final String BUDGET_HEADER = "X-Latency-Budget-Ms";
  static final String BUDGET_QUERY = "deadline_ms";
  static final String TOP_K = "top_k";
  static final String THRESHOLD = "threshold";
  private static final Stage[] STAGES = Stage.values();

  /** The text before the number of each stage in {@code Server-Timing}. */
  private static final String[] STAGE_LABELS =
      Stream.of(STAGES)
          .map(stage -> (stage.ordinal() == 0 ? "" : ", ") + stage.label() + ";dur=")
          .toArray(String[]::new);

  private static final double MAX_BUDGET_MILLIS = Duration.ofDays(365).toMillis();

  final RoutingContext context;
  final HttpServerRequest request;

  /** Normalised, with unreserved characters decoded; the router matches the same string. */
  final String path;

  final Api api;

  /** The limit on the body, in bytes. */
  final long bodyLimit;

  /** Content-Length; 0 if it is absent, the largest number if it is invalid. */
  final long declaredBytes;

  final boolean http2;

  /** The match of an inference path; empty for every other path. */
  final Optional<MatchResult> inference;

  final Call call;
  private final String requestId;

  /** Memory of the body and of what is built from it; empty for a request without a body. */
  Optional<BodyMemory.Room> room = Optional.empty();

  /** The collected body, until the route takes it: this object must not keep it alive. */
  Optional<BodyStream> body = Optional.empty();

  HttpCall(
      RoutingContext context,
      String path,
      Api api,
      String requestId,
      long bodyLimit,
      Ticker ticker) {
    this.context = context;
    this.request = context.request();
    this.path = path;
    this.api = api;
    this.requestId = requestId;
    this.bodyLimit = bodyLimit;
    this.declaredBytes = declaredBytes(request);
    this.http2 = request.version() == HttpVersion.HTTP_2;
    this.inference = api.inference(path);
    this.call = new Call(ticker, ticker.nanos());
    context.put(KEY, this);
  }

  /** The call of a request that has passed the first filter. */
  static HttpCall of(RoutingContext context) {
    HttpCall call = context.get(KEY);
    if (call == null) {
      throw new IllegalStateException("the request did not pass the first filter");
    }
    return call;
  }

  /** The state of the request in the inference service. */
  public static Call call(RoutingContext context) {
    return of(context).call;
  }

  /**
   * The memory of a request with images or tensors.
   *
   * @return takes the bytes that a route is about to allocate; throws {@code QUEUE_FULL}
   */
  public static LongConsumer memory(RoutingContext context) {
    return of(context).room.orElseThrow()::add;
  }

  /** Returns whether the request has a body, of any method. */
  boolean hasBody() {
    return declaredBytes > 0 || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  /** Returns whether the request posts images or tensors. */
  boolean infers() {
    HttpMethod method = request.method();
    return inference.isPresent() && (method == HttpMethod.POST || method == HttpMethod.PUT);
  }

  /**
   * Describes how an inference request is answered, when the head of the answer is written: the
   * headers {@code Server-Timing} and {@code X-Model}, and the spans of the stages. Abandons the
   * call when the answer has ended.
   *
   * @see <a href="https://www.w3.org/TR/server-timing/">Server Timing</a>
   */
  void describeAnswer(StageSpans spans) {
    Context trace = spans.enabled ? Context.current() : Context.root();
    context.addHeadersEndHandler(
        sending -> {
          Map<Stage, Duration> timings = call.timings();
          Optional<ServedModel> model = call.answeredBy();
          MultiMap headers = context.response().headers();
          headers.set("Server-Timing", serverTiming(timings));
          if (model.isPresent()) {
            headers.set("X-Model", model.get().name());
          }
          call.inexact()
              .forEach(
                  (image, how) -> headers.add("X-Inexact", "image %d: %s".formatted(image, how)));
          if (spans.enabled) {
            spans.add(trace, timings, model);
          }
        });
    context.addEndHandler(ended -> call.abandon()); // no effect after an answer
    if (context.response().closed()) {
      call.abandon();
    }
  }

  /**
   * Every stage in milliseconds with three decimals; 0 for a stage that the request did not reach.
   * Does not use a formatter, which would take longer than the rest of a rejection.
   */
  private static String serverTiming(Map<Stage, Duration> stages) {
    StringBuilder text = new StringBuilder(128);
    for (int stage = 0; stage < STAGES.length; stage++) {
      long micros = (stages.getOrDefault(STAGES[stage], Duration.ZERO).toNanos() + 500) / 1000;
      text.append(STAGE_LABELS[stage]).append(micros / 1000).append('.');
      text.append((char) ('0' + micros / 100 % 10));
      text.append((char) ('0' + micros / 10 % 10));
      text.append((char) ('0' + micros % 10));
    }
    return text.toString();
  }

  /** The body of an error in the format of this request's API. */
  Object body(HttpError error) {
    return api.errors().body(error, path, Optional.of(requestId));
  }

  private static long declaredBytes(HttpServerRequest request) {
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return declared == null ? 0 : Long.parseLong(declared);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /**
   * Limits the call by the budget in header and query, of which the shorter one counts, and reads
   * the other parameters of the query.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if a parameter is unknown or its value is
   *     invalid
   */
  void readOptions() {
    String header = request.getHeader(BUDGET_HEADER);
    if (header != null) {
      call.limit(budget(BUDGET_HEADER, header));
    }
    if (!request.params().isEmpty()) {
      readQuery();
    }
  }

  private void readQuery() {
    Optional<List<String>> known = api.queryParameters();
    for (String name : request.params().names()) {
      if (known.isPresent() && !known.get().contains(name)) {
        throw INVALID_REQUEST.error(
            "unknown query parameter '%s'; known are %s", name, String.join(", ", known.get()));
      }
    }
    String budget = request.getParam(BUDGET_QUERY);
    if (budget != null) {
      call.limit(budget(BUDGET_QUERY, budget));
    }
    String count = request.getParam(TOP_K);
    if (count != null && !count.isEmpty()) {
      call.topK(positive(TOP_K, count));
    }
    String threshold = request.getParam(THRESHOLD);
    if (threshold != null) {
      call.threshold(probability(THRESHOLD, threshold));
    }
    readPictureOptions();
  }

  /** The parts of the preprocessing that the query replaces. */
  private void readPictureOptions() {
    List<PictureOptions.Part> parts = new ArrayList<>();
    for (String name : PictureOptions.NAMES) {
      for (String value : request.params().getAll(name)) {
        parts.add(new PictureOptions.Part(name, value));
      }
    }
    if (!parts.isEmpty()) {
      call.pictures(new PictureOptions(parts));
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
      throw INVALID_REQUEST.error("%s: expected milliseconds above 0, got '%s'", name, text);
    }
    return Duration.ofNanos(Math.round(Math.min(millis, MAX_BUDGET_MILLIS) * 1e6));
  }

  private static double probability(String name, String text) {
    double number;
    try {
      number = Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    if (!(number >= 0 && number <= 1)) {
      throw INVALID_REQUEST.error("%s: expected a number from 0 to 1, got '%s'", name, text);
    }
    return number;
  }

  /**
   * A whole number of at least 1.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if it is anything else
   */
  public static int positive(String name, String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // rejected below, as a number below 1 is
    }
    throw INVALID_REQUEST.error("%s: expected a whole number of at least 1, got '%s'", name, text);
  }
}
