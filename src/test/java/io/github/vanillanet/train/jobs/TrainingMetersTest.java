package io.github.vanillanet.train.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TrainingMetersTest {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TrainingMeters meters = new TrainingMeters(registry);

  @Test
  void everyMeterExistsBeforeTheFirstTraining() {
    meters.open(
        List.of("queued", "running", "failed"),
        List.of("failed"),
        () -> TrainingSnapshot.idle(Map.of("queued", 2L)));

    assertThat(registry.scrape())
        .contains("vanillanet_training_jobs{state=\"queued\",} 2.0")
        .contains("vanillanet_training_jobs{state=\"running\",} 0.0")
        .contains("vanillanet_training_duration_seconds_count{result=\"failed\",} 0.0")
        .contains("vanillanet_training_upload_bytes_total 0.0")
        .contains("vanillanet_training_loss NaN")
        .contains("vanillanet_training_validation_accuracy NaN");
  }

  @Test
  void aScrapeReadsTheJobsOnce() {
    AtomicInteger read = new AtomicInteger();
    meters.open(
        List.of("queued", "running"),
        List.of(),
        () ->
            new TrainingSnapshot(
                Map.of(), 2, 9, 30, 99, 0.5, 0.7, 0.6, 0.001, 0.25, read.incrementAndGet(), 60));

    String scraped = registry.scrape();

    assertThat(scraped)
        .contains("vanillanet_training_epoch 2.0")
        .contains("vanillanet_training_epochs 9.0")
        .contains("vanillanet_training_step 30.0")
        .contains("vanillanet_training_slope 0.25")
        .contains("vanillanet_training_images_per_second 1.0");
    assertThat(read).hasValue(1);
  }

  @Test
  void endsAndUploadsAreCounted() {
    meters.open(List.of(), List.of("failed", "rejected"), () -> TrainingSnapshot.idle(Map.of()));

    meters.ended("rejected", Duration.ofMinutes(2));
    meters.uploaded(4096);

    assertThat(registry.scrape())
        .contains("vanillanet_training_duration_seconds_count{result=\"rejected\",} 1.0")
        .contains("vanillanet_training_duration_seconds_sum{result=\"rejected\",} 120.0")
        .contains("vanillanet_training_duration_seconds_count{result=\"failed\",} 0.0")
        .contains("vanillanet_training_upload_bytes_total 4096.0");
  }
}
