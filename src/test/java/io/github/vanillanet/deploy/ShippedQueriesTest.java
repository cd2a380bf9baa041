package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShippedQueriesTest {

  /** Names of series in the exposition format that the service registers. */
  private static final Set<String> OF_THE_SERVICE =
      Set.of(
          "jvm_gc_overhead",
          "jvm_memory_max_bytes",
          "jvm_memory_used_bytes",
          "vanillanet_batch_images_count",
          "vanillanet_batch_images_sum",
          "vanillanet_checked_images_total",
          "vanillanet_decode_busy_seconds_total",
          "vanillanet_decoders",
          "vanillanet_device_memory_total_bytes",
          "vanillanet_device_memory_used_bytes",
          "vanillanet_infer_seconds_bucket",
          "vanillanet_infer_seconds_count",
          "vanillanet_inflight_images",
          "vanillanet_lane_busy_seconds_total",
          "vanillanet_lane_faults_total",
          "vanillanet_lane_healthy",
          "vanillanet_lanes",
          "vanillanet_queue_images",
          "vanillanet_repository_faults",
          "vanillanet_repository_drift",
          "vanillanet_repository_poll_age_seconds",
          "vanillanet_requests_total",
          "vanillanet_stage_seconds_bucket",
          "vanillanet_swaps_total",
          "vanillanet_rollbacks_total",
          "vanillanet_training_accuracy",
          "vanillanet_training_duration_seconds_count",
          "vanillanet_training_duration_seconds_sum",
          "vanillanet_training_epoch",
          "vanillanet_training_epochs",
          "vanillanet_training_images_per_second",
          "vanillanet_training_jobs",
          "vanillanet_training_learning_rate",
          "vanillanet_training_loss",
          "vanillanet_training_remaining_seconds",
          "vanillanet_training_slope",
          "vanillanet_training_step",
          "vanillanet_training_steps",
          "vanillanet_training_upload_bytes_total",
          "vanillanet_training_validation_accuracy");

  @Test
  void queriesUseExistingMetrics() throws IOException {
    assertThat(ShippedQueries.read().ofTheService())
        .containsExactlyInAnyOrderElementsOf(OF_THE_SERVICE);
  }

  @Test
  void dashboardsRulesAndAutoscalersAreAllRead() throws IOException {
    assertThat(ShippedQueries.read().all())
        .extracting(query -> query.origin().split(" ")[0])
        .contains("serving.json", "resources.json", "training.json", "rules.yaml", "KEDA", "HPA");
  }

  @Test
  void theMetricsOfTheAutoscalerAreRecorded() throws IOException {
    ShippedQueries shipped = ShippedQueries.read();

    assertThat(shipped.recorded())
        .containsAll(
            shipped.all().stream()
                .filter(query -> query.origin().equals("HPA"))
                .map(ShippedQueries.Query::expression)
                .toList());
  }
}
