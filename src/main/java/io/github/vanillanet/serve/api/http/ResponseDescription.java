package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.ServedModel;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.vertx.core.MultiMap;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Describes how an inference request was answered: the headers {@code Server-Timing} and {@code
 * X-Model}, and, with tracing enabled, one span for each stage.
 *
 * @see <a href="https://www.w3.org/TR/server-timing/">Server Timing</a>
 */
@Singleton
final class ResponseDescription {

  private static final List<Stage> SPANS =
      List.of(Stage.DECODE, Stage.PREPROCESS, Stage.QUEUE, Stage.INFER, Stage.POSTPROCESS);

  private static final Stage[] STAGES = Stage.values();

  /** The text before the number of each stage. */
  private static final String[] LABELS =
      Stream.of(STAGES)
          .map(stage -> (stage.ordinal() == 0 ? "" : ", ") + stage.label() + ";dur=")
          .toArray(String[]::new);

  private final Tracer tracer;
  private final boolean tracing;

  ResponseDescription(
      Tracer tracer, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
    this.tracer = tracer;
    this.tracing = !disabled;
  }

  /** Describes the answer when its head is written, and abandons the call when it has ended. */
  void describe(HttpCall http) {
    Call call = http.call;
    Context trace = tracing ? Context.current() : Context.root();
    http.context.addHeadersEndHandler(
        sending -> describe(call, http.context.response().headers(), trace));
    http.context.addEndHandler(ended -> call.abandon()); // no effect after an answer
    if (http.context.response().closed()) {
      call.abandon();
    }
  }

  private void describe(Call call, MultiMap headers, Context trace) {
    Map<Stage, Duration> timings = call.timings();
    headers.set("Server-Timing", serverTiming(timings));
    Optional<ServedModel> model = call.answeredBy();
    if (model.isPresent()) {
      headers.set("X-Model", model.get().name());
    }
    if (tracing) {
      addSpans(trace, timings, model);
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
      text.append(LABELS[stage]).append(micros / 1000).append('.');
      text.append((char) ('0' + micros / 100 % 10));
      text.append((char) ('0' + micros / 10 % 10));
      text.append((char) ('0' + micros % 10));
    }
    return text.toString();
  }

  /** The spans follow one another and end now: the time before them is the body's arrival. */
  private void addSpans(Context trace, Map<Stage, Duration> timings, Optional<ServedModel> model) {
    Span request = Span.fromContext(trace);
    if (!request.isRecording()) {
      return;
    }
    model.ifPresent(
        served -> {
          request.setAttribute("vanillanet.model", served.name());
          request.setAttribute("vanillanet.version", served.number());
        });
    Instant start = Instant.now();
    for (Stage stage : SPANS) {
      start = start.minus(timings.getOrDefault(stage, Duration.ZERO));
    }
    for (Stage stage : SPANS) {
      Duration taken = timings.getOrDefault(stage, Duration.ZERO);
      if (!taken.isZero()) {
        Instant end = start.plus(taken);
        tracer
            .spanBuilder(stage.label())
            .setParent(trace)
            .setStartTimestamp(start)
            .startSpan()
            .end(end);
        start = end;
      }
    }
  }
}
