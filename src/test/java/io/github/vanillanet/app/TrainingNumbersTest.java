package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobState;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.jobs.TrainingSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TrainingNumbersTest {

  private static Job job(JobState state, Optional<Progress> progress) {
    return new Job(
        "20240101-000000-abcdef",
        state,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        1,
        false,
        OptionalInt.empty(),
        Optional.empty(),
        JsonNodeFactory.instance.objectNode(),
        progress,
        Optional.empty());
  }

  private static Progress step(long step, double loss) {
    return new Progress(
        Instant.EPOCH,
        "train",
        1,
        5,
        step,
        100,
        OptionalDouble.of(loss),
        OptionalDouble.of(0.5),
        OptionalDouble.empty(),
        OptionalDouble.of(0.001),
        OptionalDouble.of(0.25),
        OptionalDouble.of(640),
        OptionalDouble.of(90),
        Optional.empty());
  }

  @Test
  void theOldestThatRunsIsTheOneThatIsTold() {
    TrainingSnapshot snapshot =
        TrainingNumbers.snapshot(
            List.of(
                job(JobState.FAILED, Optional.of(step(9, 9))),
                job(JobState.RUNNING, Optional.of(step(41, 0.75))),
                job(JobState.RUNNING, Optional.of(step(1, 3))),
                job(JobState.QUEUED, Optional.empty())));

    assertThat(snapshot.jobs()).isEqualTo(Map.of("failed", 1L, "running", 2L, "queued", 1L));
    assertThat(snapshot.epoch()).isEqualTo(2);
    assertThat(snapshot.step()).isEqualTo(42);
    assertThat(snapshot.loss()).isEqualTo(0.75);
    assertThat(snapshot.validationAccuracy()).isNaN();
    assertThat(snapshot.imagesPerSecond()).isEqualTo(640);
  }

  @Test
  void afterTheLastStepItIsTheLastStepStill() {
    TrainingSnapshot snapshot =
        TrainingNumbers.snapshot(List.of(job(JobState.RUNNING, Optional.of(step(100, 1)))));

    assertThat(snapshot.step()).isEqualTo(100);
    assertThat(snapshot.steps()).isEqualTo(100);
  }

  @Test
  void oneThatHasNotBegunToTrainTellsNoNumbers() {
    Progress scanning = Progress.of(Instant.EPOCH, "scan", "looking at the data");

    TrainingSnapshot snapshot =
        TrainingNumbers.snapshot(List.of(job(JobState.RUNNING, Optional.of(scanning))));

    assertThat(snapshot.jobs()).isEqualTo(Map.of("running", 1L));
    assertThat(snapshot.epoch()).isNaN();
    assertThat(snapshot.steps()).isNaN();
  }
}
