package io.github.vanillanet.serve.api.grpc;

import inference.GRPCInferenceServiceGrpc;
import io.github.vanillanet.serve.api.http.StageSpans;
import io.github.vanillanet.serve.inference.Call;
import io.grpc.Metadata;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.inject.Singleton;
import java.util.function.Supplier;

/** The spans of inference calls, in the trace that their metadata names. */
@Singleton
final class GrpcSpans {

  private static final TextMapGetter<Metadata> METADATA =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Metadata headers) {
          return headers.keys();
        }

        @Override
        public String get(Metadata headers, String key) {
          return headers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
        }
      };

  private final StageSpans stages;

  GrpcSpans(StageSpans stages) {
    this.stages = stages;
  }

  /** Runs {@code work}; if tracing is enabled, in a span with a child for each stage. */
  <T> T record(Metadata headers, Call call, Supplier<T> work) {
    if (!stages.enabled) {
      return work.get();
    }
    Context caller =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, METADATA);
    Span span =
        stages.start(GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName(), caller);
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      span.setStatus(StatusCode.ERROR);
      throw e;
    } finally {
      stages.add(caller.with(span), call.timings(), call.answeredBy());
      span.end();
    }
  }
}
