package io.github.vanillanet.serve.api.call;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.metrics.Timings;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The stages of a request as children of its span, all made when its answer's head is written, from
 * what was measured anyway: nothing is done for a trace before, and nothing at all without one.
 * They lie end to end up to that moment, so what is before them is the arrival of the body.
 */
@Singleton
final class StageSpans {

  private static final List<Stage> STAGES =
      List.of(Stage.DECODE, Stage.PREPROCESS, Stage.QUEUE, Stage.INFER, Stage.POSTPROCESS);

  private final Tracer tracer;
  private final boolean disabled;

  StageSpans(Tracer tracer, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
    this.tracer = tracer;
    this.disabled = disabled;
  }

  /** The trace that the request on this thread belongs to, for {@link #record}. */
  Context current() {
    return disabled ? Context.root() : Context.current();
  }

  /**
   * @param model that did the work, if one was chosen
   */
  void record(Context trace, Timings timings, Optional<ModelId> model) {
    Span request = Span.fromContext(trace);
    if (!request.isRecording()) {
      return;
    }
    model.ifPresent(
        id -> {
          request.setAttribute("vanillanet.model", id.name());
          request.setAttribute("vanillanet.version", id.version());
        });
    Instant start = Instant.now().minus(timings.sum(STAGES.toArray(Stage[]::new)));
    for (Stage stage : STAGES) {
      Duration taken = timings.of(stage);
      if (taken.isZero()) {
        continue; // it was not passed
      }
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
