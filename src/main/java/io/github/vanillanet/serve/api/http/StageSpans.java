package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.ServedModel;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The spans of the stages of a request. Tracing is disabled by default. */
@Singleton
public final class StageSpans {

  private static final List<Stage> SPANS =
      List.of(Stage.DECODE, Stage.PREPROCESS, Stage.QUEUE, Stage.INFER, Stage.POSTPROCESS);

  private static final TextMapGetter<UnaryOperator<String>> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(UnaryOperator<String> headers) {
          return List.of(); // only baggage would need them
        }

        @Override
        public String get(UnaryOperator<String> headers, String key) {
          return headers.apply(key);
        }
      };

  final boolean enabled;
  private final Tracer tracer;

  StageSpans(Tracer tracer, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
    this.tracer = tracer;
    this.enabled = !disabled;
  }

  /**
   * Runs an inference that does not arrive over HTTP; if tracing is enabled, in a span.
   *
   * @param headers of the caller by name; one may name its trace; null if absent
   */
  public <T> T record(String name, UnaryOperator<String> headers, Call call, Supplier<T> work) {
    if (!enabled) {
      return work.get();
    }
    Context caller =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
    Span span = tracer.spanBuilder(name).setSpanKind(SpanKind.SERVER).setParent(caller).startSpan();
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      span.setStatus(StatusCode.ERROR);
      throw e;
    } finally {
      add(caller.with(span), call.timings(), call.answeredBy());
      span.end();
    }
  }

  /** The spans follow one another and end now: the time before them is the body's arrival. */
  void add(Context trace, Map<Stage, Duration> timings, Optional<ServedModel> model) {
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
