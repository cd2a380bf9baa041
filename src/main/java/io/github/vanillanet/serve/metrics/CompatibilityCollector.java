package io.github.vanillanet.serve.metrics;

import io.prometheus.client.Collector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The counters of Triton and TorchServe, under their names. A counter of this client library always
 * ends in {@code _total}, which theirs do not; a metric of unknown type keeps its name.
 */
final class CompatibilityCollector extends Collector {

  private static final List<String> TRITON = List.of("model", "version");
  private static final List<String> TORCH_SERVE =
      List.of("model_name", "model_version", "hostname");

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
    List<VersionMeters> live = versions.get();
    List<MetricFamilySamples> families = new ArrayList<>();
    families.add(
        triton(live, "request_success", v -> v.requests.get(Outcome.SUCCESS).doubleValue()));
    families.add(failures(live));
    families.add(triton(live, "count", v -> v.images.doubleValue()));
    families.add(triton(live, "exec_count", v -> v.forwards.doubleValue()));
    families.add(triton(live, "pending_request_count", v -> v.pending.get()));
    families.add(triton(live, "request_duration_us", v -> micros(v, Stage.TOTAL)));
    families.add(triton(live, "queue_duration_us", v -> micros(v, Stage.QUEUE)));
    families.add(
        triton(
            live,
            "compute_input_duration_us",
            v -> micros(v, Stage.DECODE) + micros(v, Stage.PREPROCESS)));
    families.add(triton(live, "compute_infer_duration_us", v -> micros(v, Stage.INFER)));
    families.add(triton(live, "compute_output_duration_us", v -> micros(v, Stage.POSTPROCESS)));
    families.add(
        torchServe(
            live,
            "ts_inference_requests_total",
            v -> v.requests.values().stream().mapToDouble(LongAdder::doubleValue).sum()));
    families.add(
        torchServe(live, "ts_inference_latency_microseconds", v -> micros(v, Stage.TOTAL)));
    families.add(torchServe(live, "ts_queue_latency_microseconds", v -> micros(v, Stage.QUEUE)));
    return families;
  }

  private static double micros(VersionMeters version, Stage stage) {
    return version.stageNanos.get(stage).doubleValue() / 1e3;
  }

  private static MetricFamilySamples triton(
      List<VersionMeters> live, String suffix, ToDoubleFunction<VersionMeters> value) {
    String name = "nv_inference_" + suffix;
    return family(
        name,
        "As Triton counts it",
        live.stream()
            .map(v -> sample(name, TRITON, List.of(v.model(), number(v)), value.applyAsDouble(v)))
            .toList());
  }

  private static MetricFamilySamples failures(List<VersionMeters> live) {
    String name = "nv_inference_request_failure";
    List<MetricFamilySamples.Sample> samples = new ArrayList<>();
    for (VersionMeters version : live) {
      FAILURES.forEach(
          (reason, outcomes) ->
              samples.add(
                  sample(
                      name,
                      List.of("model", "version", "reason"),
                      List.of(version.model(), number(version), reason),
                      outcomes.stream().mapToDouble(o -> version.requests.get(o).sum()).sum())));
    }
    return family(name, "As Triton counts it", samples);
  }

  private MetricFamilySamples torchServe(
      List<VersionMeters> live, String name, ToDoubleFunction<VersionMeters> value) {
    return family(
        name,
        "As TorchServe counts it",
        live.stream()
            .map(
                v ->
                    sample(
                        name,
                        TORCH_SERVE,
                        List.of(v.model(), number(v), host),
                        value.applyAsDouble(v)))
            .toList());
  }

  private static String number(VersionMeters version) {
    return Integer.toString(version.version());
  }

  private static MetricFamilySamples family(
      String name, String help, List<MetricFamilySamples.Sample> samples) {
    return new MetricFamilySamples(name, Type.UNKNOWN, help, samples);
  }

  private static MetricFamilySamples.Sample sample(
      String name, List<String> labels, List<String> values, double value) {
    return new MetricFamilySamples.Sample(name, labels, values, value);
  }
}
