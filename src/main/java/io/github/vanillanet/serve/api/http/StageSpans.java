package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.ServedModel;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The spans of the stages of a request. Tracing is disabled by default. */
@Singleton
public final class StageSpans {

  private static final List<Stage> SPANS =
      List.of(Stage.DECODE, Stage.PREPROCESS, Stage.QUEUE, Stage.INFER, Stage.POSTPROCESS);

  public final boolean enabled;
  private final Tracer tracer;

  StageSpans(Tracer tracer, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
    this.tracer = tracer;
    this.enabled = !disabled;
  }

  /** Starts the span of a call that the HTTP extension does not see. */
  public Span start(String name, Context caller) {
    return tracer.spanBuilder(name).setSpanKind(SpanKind.SERVER).setParent(caller).startSpan();
  }

  /** The spans follow one another and end now: the time before them is the body's arrival. */
  public void add(Context trace, Map<Stage, Duration> timings, Optional<ServedModel> model) {
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
