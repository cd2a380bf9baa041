package io.github.vanillanet.train.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TrainingMetersTest {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TrainingMeters meters = new TrainingMeters(registry);

  private static Job job(JobState state, Optional<Progress> progress) {
    JobStatus status =
        new JobStatus(
            state,
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty(),
            1,
            false,
            OptionalInt.empty(),
            Optional.empty());
    return new Job(
        "20240101-000000-abcdef",
        status,
        JsonNodeFactory.instance.objectNode(),
        progress,
        Optional.empty());
  }

  private static Optional<Progress> step(long step, double loss) {
    return Optional.of(
        new Progress(
            Instant.EPOCH,
            "train",
            1,
            5,
            step,
            100,
            OptionalInt.of(0),
            OptionalInt.of(64),
            OptionalDouble.of(loss),
            OptionalDouble.of(0.5),
            OptionalDouble.empty(),
            OptionalDouble.of(0.001),
            OptionalDouble.of(0.25),
            OptionalDouble.of(640),
            OptionalDouble.of(90)));
  }

  @Test
  void everyMeterExistsBeforeTheFirstTraining() {
    meters.observe(() -> List.of(job(JobState.QUEUED, Optional.empty())));

    assertThat(registry.scrape())
        .contains("vanillanet_training_jobs{state=\"queued\",} 1.0")
        .contains("vanillanet_training_jobs{state=\"running\",} 0.0")
        .contains("vanillanet_training_duration_seconds_count{result=\"failed\",} 0.0")
        .doesNotContain("vanillanet_training_duration_seconds_count{result=\"queued\",}")
        .contains("vanillanet_training_upload_bytes_total 0.0")
        .contains("vanillanet_training_loss NaN")
        .contains("vanillanet_training_validation_accuracy NaN");
  }

  @Test
  void gaugesShowTheOldestRunningTraining() {
    meters.observe(
        () ->
            List.of(
                job(JobState.FAILED, step(9, 9)),
                job(JobState.RUNNING, step(41, 0.75)),
                job(JobState.RUNNING, step(1, 3)),
                job(JobState.QUEUED, Optional.empty())));

    assertThat(registry.scrape())
        .contains("vanillanet_training_jobs{state=\"failed\",} 1.0")
        .contains("vanillanet_training_jobs{state=\"running\",} 2.0")
        .contains("vanillanet_training_epoch 2.0")
        .contains("vanillanet_training_epochs 5.0")
        .contains("vanillanet_training_step 42.0")
        .contains("vanillanet_training_steps 100.0")
        .contains("vanillanet_training_loss 0.75")
        .contains("vanillanet_training_accuracy 0.5")
        .contains("vanillanet_training_validation_accuracy NaN")
        .contains("vanillanet_training_learning_rate 0.001")
        .contains("vanillanet_training_slope 0.25")
        .contains("vanillanet_training_images_per_second 640.0")
        .contains("vanillanet_training_remaining_seconds 90.0");
  }

  @Test
  void afterTheLastStepTheGaugeStaysAtTheLastStep() {
    meters.observe(() -> List.of(job(JobState.RUNNING, step(100, 1))));

    assertThat(registry.scrape())
        .contains("vanillanet_training_step 100.0")
        .contains("vanillanet_training_steps 100.0");
  }

  @Test
  void gaugesAreNotANumberBeforeTheTrainingStarts() {
    Progress scanning = Progress.of(Instant.EPOCH, "scan", 0, 0, 0, 0);
    meters.observe(() -> List.of(job(JobState.RUNNING, Optional.of(scanning))));

    assertThat(registry.scrape())
        .contains("vanillanet_training_jobs{state=\"running\",} 1.0")
        .contains("vanillanet_training_epoch NaN")
        .contains("vanillanet_training_steps NaN");
  }

  @Test
  void aScrapeReadsTheJobsOnce() {
    AtomicInteger reads = new AtomicInteger();
    meters.observe(
        () -> {
          reads.incrementAndGet();
          return List.of();
        });

    registry.scrape();

    assertThat(reads).hasValue(1);
  }

  @Test
  void endsAndUploadsAreCounted() {
    meters.ended(JobState.REJECTED, Duration.ofMinutes(2));
    meters.uploaded(4096);

    assertThat(registry.scrape())
        .contains("vanillanet_training_duration_seconds_count{result=\"rejected\",} 1.0")
        .contains("vanillanet_training_duration_seconds_sum{result=\"rejected\",} 120.0")
        .contains("vanillanet_training_duration_seconds_count{result=\"failed\",} 0.0")
        .contains("vanillanet_training_upload_bytes_total 4096.0");
  }
}
