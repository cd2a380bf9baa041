package io.github.vanillanet.serve.metrics;

import io.prometheus.client.Collector;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjDoubleConsumer;
import java.util.function.Supplier;

/**
 * Exports the counters of Triton and TorchServe under their names. This client library appends
 * {@code _total} to the name of every counter, so these metrics have an unknown type.
 */
final class CompatibilityCollector extends Collector {

  private static final List<String> TRITON = List.of("model", "version");
  private static final List<String> TRITON_FAILURES = List.of("model", "version", "reason");
  private static final List<String> TORCHSERVE = List.of("model_name", "model_version", "hostname");
  private static final Map<String, Set<Outcome>> FAILURES =
      Map.of(
          "REJECTED", Set.of(Outcome.REJECTED, Outcome.EXPIRED),
          "CANCELED", Set.of(Outcome.CANCELLED),
          "BACKEND", Set.of(Outcome.FAILED),
          "OTHER", Set.of(Outcome.INVALID));

  private final Supplier<List<VersionMeters>> versions;
  private final String host;

  CompatibilityCollector(Supplier<List<VersionMeters>> versions, String host) {
    this.versions = versions;
    this.host = host;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    Map<Metric, MetricFamilySamples> families = new EnumMap<>(Metric.class);
    for (Metric metric : EnumSet.range(Metric.TRITON_SUCCESS, Metric.TORCHSERVE_QUEUE)) {
      families.put(
          metric,
          new MetricFamilySamples(metric.id, Type.UNKNOWN, metric.description, new ArrayList<>()));
    }
    versions.get().forEach(version -> add(families, version));
    return List.copyOf(families.values());
  }

  private void add(Map<Metric, MetricFamilySamples> families, VersionMeters meters) {
    Statistics counted = meters.statistics();
    Statistics.Answers answers = counted.answers();
    String model = meters.model();
    String version = Integer.toString(meters.version());
    ObjDoubleConsumer<Metric> triton =
        (metric, value) -> add(families, metric, TRITON, value, model, version);
    triton.accept(Metric.TRITON_SUCCESS, answers.requests());
    FAILURES.forEach(
        (reason, outcomes) ->
            add(
                families,
                Metric.TRITON_FAILURE,
                TRITON_FAILURES,
                counted.requests(outcomes),
                model,
                version,
                reason));
    triton.accept(Metric.TRITON_COUNT, counted.images());
    triton.accept(Metric.TRITON_EXECUTIONS, counted.forwards());
    triton.accept(Metric.TRITON_PENDING, counted.pending());
    triton.accept(Metric.TRITON_TOTAL, micros(answers, Stage.TOTAL));
    triton.accept(Metric.TRITON_QUEUE, micros(answers, Stage.QUEUE));
    triton.accept(Metric.TRITON_INPUT, micros(answers, Stage.DECODE, Stage.PREPROCESS));
    triton.accept(Metric.TRITON_INFER, micros(answers, Stage.INFER));
    triton.accept(Metric.TRITON_OUTPUT, micros(answers, Stage.POSTPROCESS));
    ObjDoubleConsumer<Metric> torchServe =
        (metric, value) -> add(families, metric, TORCHSERVE, value, model, version, host);
    torchServe.accept(Metric.TORCHSERVE_REQUESTS, counted.requests(EnumSet.allOf(Outcome.class)));
    torchServe.accept(Metric.TORCHSERVE_LATENCY, micros(answers, Stage.TOTAL));
    torchServe.accept(Metric.TORCHSERVE_QUEUE, micros(answers, Stage.QUEUE));
  }

  private static double micros(Statistics.Answers answers, Stage... stages) {
    return answers.nanos(stages) / 1e3;
  }

  private static void add(
      Map<Metric, MetricFamilySamples> families,
      Metric metric,
      List<String> labels,
      double value,
      String... values) {
    families
        .get(metric)
        .samples
        .add(new MetricFamilySamples.Sample(metric.id, labels, List.of(values), value));
  }
}
