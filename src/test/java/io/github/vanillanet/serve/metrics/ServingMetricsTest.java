package io.github.vanillanet.serve.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServingMetricsTest {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ServingMetrics metrics = new ServingMetrics(registry);

  ServingMetricsTest() {
    metrics.compatibilityNames("host").register(registry.getPrometheusRegistry());
  }

  @Test
  void everyMeterExistsBeforeTheFirstRequest() {
    metrics.version("net", 1, "cpu").open(1, List.of(1));

    assertThat(registry.scrape())
        .contains("vanillanet_stage_seconds_bucket{model=\"net\",stage=\"total\",le=\"1.0E-4\",}")
        .contains("vanillanet_stage_seconds_bucket{model=\"net\",stage=\"total\",le=\"0.256\",}")
        .contains("vanillanet_requests_total{model=\"net\",outcome=\"rejected\",} 0.0")
        .contains("vanillanet_requests_total{model=\"net\",outcome=\"expired\",} 0.0")
        .contains("vanillanet_queue_images{model=\"net\",} 0.0")
        .contains("vanillanet_inflight_images{model=\"net\",} 0.0")
        .contains("vanillanet_batch_images_bucket{model=\"net\"")
        .contains("vanillanet_lane_busy_seconds_total{model=\"net\",} 0.0")
        .contains("vanillanet_lanes{model=\"net\",} 1.0")
        .contains("vanillanet_swaps_total{model=\"net\",} 0.0")
        .contains("vanillanet_rollbacks_total{model=\"net\",} 0.0")
        .contains(
            "vanillanet_infer_seconds_count{batch=\"1\",device=\"cpu\",model=\"net\",recomputed=\"false\",version=\"1\",}"
                + " 0.0")
        .contains("request_preprocess_seconds_count{model_name=\"net\",} 0.0")
        .contains("request_predict_seconds_count{model_name=\"net\",} 0.0")
        .contains("request_postprocess_seconds_count{model_name=\"net\",} 0.0");
  }

  @Test
  void onlyGpuMemoryHasTheNamesOfTriton() {
    metrics.deviceMemory("cpu", () -> 1, () -> 2);
    metrics.deviceMemory("cuda:0", () -> 3, () -> 4);

    assertThat(registry.scrape())
        .contains("vanillanet_device_memory_used_bytes{device=\"cpu\",} 1.0")
        .contains("vanillanet_device_memory_total_bytes{device=\"cuda:0\",} 4.0")
        .contains("nv_gpu_memory_used_bytes{gpu_uuid=\"cuda:0\",} 3.0")
        .contains("nv_gpu_memory_total_bytes{gpu_uuid=\"cuda:0\",} 4.0")
        .doesNotContain("gpu_uuid=\"cpu\"");
  }

  @Test
  void modelWithoutVersionsHasNoLanes() {
    VersionMeters old = metrics.version("net", 1, "cpu");
    old.open(2, List.of(1));
    VersionMeters next = metrics.version("net", 2, "cpu");
    next.open(2, List.of(1));

    old.close();
    assertThat(registry.scrape()).contains("vanillanet_lanes{model=\"net\",} 2.0");
    next.close();
    assertThat(registry.scrape()).contains("vanillanet_lanes{model=\"net\",} 0.0");
  }

  @Test
  void theCountersOfTritonAndTorchServeKeepTheirNames() {
    VersionMeters version = metrics.version("net", 3, "cpu");
    version.open(1, List.of(1));
    version.inferred("cpu", 4, 2_000_000);
    version.answered(
        4,
        Map.of(
            Stage.DECODE, Duration.ofMillis(1),
            Stage.PREPROCESS, Duration.ofMillis(2),
            Stage.QUEUE, Duration.ofMillis(3),
            Stage.INFER, Duration.ofMillis(4),
            Stage.TOTAL, Duration.ofMillis(12)));
    version.failed(Outcome.REJECTED, 1_000);
    version.failed(Outcome.EXPIRED, 2_000);

    String labels = "{model=\"net\",version=\"3\",} ";
    String torchServe = "{model_name=\"net\",model_version=\"3\",hostname=\"host\",} ";
    assertThat(registry.scrape())
        .contains("\nnv_inference_request_success" + labels + "1.0")
        .contains(
            "nv_inference_request_failure{model=\"net\",version=\"3\",reason=\"REJECTED\",} 2.0")
        .contains("\nnv_inference_count" + labels + "4.0")
        .contains("\nnv_inference_exec_count" + labels + "1.0")
        .contains("\nnv_inference_pending_request_count" + labels + "0.0")
        .contains("\nnv_inference_request_duration_us" + labels + "12000.0")
        .contains("\nnv_inference_queue_duration_us" + labels + "3000.0")
        .contains("\nnv_inference_compute_input_duration_us" + labels + "3000.0")
        .contains("\nnv_inference_compute_infer_duration_us" + labels + "4000.0")
        .contains("\nnv_inference_compute_output_duration_us" + labels + "0.0")
        .contains("\nts_inference_requests_total" + torchServe + "3.0")
        .contains("\nts_inference_latency_microseconds" + torchServe + "12000.0")
        .contains("\nts_queue_latency_microseconds" + torchServe + "3000.0")
        .doesNotContain("_us_total", "success_total", "microseconds_total");
  }

  @Test
  void statisticsAndPrometheusHaveTheSameCounts() {
    VersionMeters version = metrics.version("net", 1, "cpu");
    version.open(1, List.of(1));
    Map<Stage, Duration> timings =
        Map.of(Stage.DECODE, Duration.ofMillis(1), Stage.TOTAL, Duration.ofMillis(5));
    version.inferred("cpu", 2, 2_000_000);
    version.answered(2, timings);
    version.answered(1024, timings);
    version.answered(2000, timings); // too many images for a batch size of its own
    version.failed(Outcome.CANCELLED, 7);
    version.queued(3);

    Statistics counted = version.statistics();

    assertThat(counted.images()).isEqualTo(2);
    assertThat(counted.forwards()).isEqualTo(1);
    assertThat(counted.pending()).isEqualTo(1);
    assertThat(counted.answers().requests()).isEqualTo(3);
    assertThat(counted.answers().nanos(Stage.DECODE, Stage.TOTAL)).isEqualTo(18_000_000);
    assertThat(counted.byBatch()).containsOnlyKeys(2, 1024);
    assertThat(counted.byBatch().get(2).requests()).isEqualTo(1);
    assertThat(counted.requests(List.of(Outcome.SUCCESS, Outcome.CANCELLED))).isEqualTo(4);
    assertThat(counted.failedNanos()).isEqualTo(7);
    assertThat(counted.lastMillis()).isPositive();
  }

  @Test
  void warmUpIsNotCounted() {
    VersionMeters version = metrics.version("net", 1, "cpu");

    version.inferred("cpu", 1, 1_000_000_000);
    version.open(1, List.of(1));

    assertThat(registry.scrape())
        .contains("nv_inference_exec_count{model=\"net\",version=\"1\",} 0");
  }

  @Test
  void closedVersionRemovesItsMetersAndKeepsThoseOfItsModel() {
    VersionMeters old = metrics.version("net", 1, "cpu");
    old.open(1, List.of(1, 2));
    metrics.version("net", 2, "cpu").open(1, List.of(1, 2));

    old.close();

    assertThat(registry.scrape())
        .doesNotContain("version=\"1\"")
        .contains("version=\"2\"")
        .contains("vanillanet_stage_seconds_count{model=\"net\",stage=\"total\",}");
  }

  @Test
  void versionThatIsLoadedAgainKeepsItsMeters() {
    VersionMeters first = metrics.version("net", 1, "cpu");
    first.open(1, List.of(1));
    VersionMeters again = metrics.version("net", 1, "cpu");
    again.open(1, List.of(1));

    first.close();

    assertThat(registry.scrape()).contains("vanillanet_infer_seconds_count{batch=\"1\"");
  }
}
