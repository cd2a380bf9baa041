package io.github.vanillanet.serve.metrics;

import io.prometheus.client.Collector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Exports the counters of Triton and TorchServe under their names. This client library appends
 * {@code _total} to the name of every counter, so these metrics have an unknown type.
 */
final class CompatibilityCollector extends Collector {

  private static final Map<String, Set<Outcome>> FAILURES =
      Map.of(
          "REJECTED", Set.of(Outcome.REJECTED, Outcome.EXPIRED),
          "CANCELED", Set.of(Outcome.CANCELLED),
          "BACKEND", Set.of(Outcome.FAILED),
          "OTHER", Set.of(Outcome.INVALID));

  private final Supplier<List<VersionMeters>> versions;
  private final String host;

  /** The labels and counters of one version. */
  private record Row(String model, String version, Statistics counted) {}

  CompatibilityCollector(Supplier<List<VersionMeters>> versions, String host) {
    this.versions = versions;
    this.host = host;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    List<Row> rows =
        versions.get().stream()
            .map(v -> new Row(v.model(), Integer.toString(v.version()), v.statistics()))
            .toList();
    return List.of(
        triton(Metric.TRITON_SUCCESS, rows, counted -> counted.answers().requests()),
        failures(rows),
        triton(Metric.TRITON_COUNT, rows, Statistics::images),
        triton(Metric.TRITON_EXECUTIONS, rows, Statistics::forwards),
        triton(Metric.TRITON_PENDING, rows, Statistics::pending),
        triton(Metric.TRITON_TOTAL, rows, micros(Stage.TOTAL)),
        triton(Metric.TRITON_QUEUE, rows, micros(Stage.QUEUE)),
        triton(Metric.TRITON_INPUT, rows, micros(Stage.DECODE, Stage.PREPROCESS)),
        triton(Metric.TRITON_INFER, rows, micros(Stage.INFER)),
        triton(Metric.TRITON_OUTPUT, rows, micros(Stage.POSTPROCESS)),
        torchServe(
            Metric.TORCHSERVE_REQUESTS,
            rows,
            counted -> counted.requests(EnumSet.allOf(Outcome.class))),
        torchServe(Metric.TORCHSERVE_LATENCY, rows, micros(Stage.TOTAL)),
        torchServe(Metric.TORCHSERVE_QUEUE, rows, micros(Stage.QUEUE)));
  }

  private static ToDoubleFunction<Statistics> micros(Stage... stages) {
    return counted -> counted.answers().nanos(stages) / 1e3;
  }

  private static MetricFamilySamples triton(
      Metric metric, List<Row> rows, ToDoubleFunction<Statistics> value) {
    List<String> labels = List.of("model", "version");
    return family(
        metric,
        rows.stream()
            .map(r -> sample(metric, labels, value.applyAsDouble(r.counted), r.model, r.version))
            .toList());
  }

  private static MetricFamilySamples failures(List<Row> rows) {
    List<String> labels = List.of("model", "version", "reason");
    List<MetricFamilySamples.Sample> samples = new ArrayList<>();
    for (Row row : rows) {
      FAILURES.forEach(
          (reason, outcomes) -> {
            long requests = row.counted.requests(outcomes);
            samples.add(
                sample(Metric.TRITON_FAILURE, labels, requests, row.model, row.version, reason));
          });
    }
    return family(Metric.TRITON_FAILURE, samples);
  }

  private MetricFamilySamples torchServe(
      Metric metric, List<Row> rows, ToDoubleFunction<Statistics> value) {
    List<String> labels = List.of("model_name", "model_version", "hostname");
    return family(
        metric,
        rows.stream()
            .map(
                r ->
                    sample(
                        metric, labels, value.applyAsDouble(r.counted), r.model, r.version, host))
            .toList());
  }

  private static MetricFamilySamples family(
      Metric metric, List<MetricFamilySamples.Sample> samples) {
    return new MetricFamilySamples(metric.id, Type.UNKNOWN, metric.description, samples);
  }

  private static MetricFamilySamples.Sample sample(
      Metric metric, List<String> labels, double value, String... values) {
    return new MetricFamilySamples.Sample(metric.id, labels, Arrays.asList(values), value);
  }
}
