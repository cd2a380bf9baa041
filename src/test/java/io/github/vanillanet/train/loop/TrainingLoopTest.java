package io.github.vanillanet.train.loop;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.train.loop.StripedTraining.BATCHES;
import static io.github.vanillanet.train.loop.StripedTraining.epochsInto;
import static io.github.vanillanet.train.loop.StripedTraining.everything;
import static io.github.vanillanet.train.loop.StripedTraining.plain;
import static io.github.vanillanet.train.loop.StripedTraining.recipe;
import static io.github.vanillanet.train.loop.StripedTraining.spec;
import static io.github.vanillanet.train.loop.StripedTraining.staged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains a network of 3 blocks on striped images, for seconds. */
class TrainingLoopTest {

  @TempDir Path folder;

  private TrainingOutcome run(TrainingState start, String file, TrainingListener listener) {
    return new StripedTraining(folder).run(start, file, listener);
  }

  @Test
  void theNetworkLearnsTheStripes() {
    List<EpochReport> epochs = new ArrayList<>();

    TrainingOutcome outcome = run(TrainingState.fresh(spec(plain(4))), "a.pth", epochsInto(epochs));

    assertThat(outcome.finished()).isTrue();
    assertThat(outcome.slope()).isEqualTo(1);
    assertThat(epochs).hasSize(4);
    assertThat(epochs.get(3).loss()).isLessThan(epochs.get(0).loss() * 0.8);
    assertThat(epochs.get(3).model().orElseThrow().accuracy()).isGreaterThan(0.9);
    assertThat(epochs).extracting(EpochReport::slope).containsExactly(0.0, 0.5, 1.0, 1.0);
  }

  @Test
  void aStoppedAndResumedRunEndsWithTheSameBits() {
    TrainingSpec spec = spec(everything());
    TrainingOutcome whole = run(TrainingState.fresh(spec), "whole.pth", new TrainingListener() {});

    for (int stopAt : new int[] {1, BATCHES + 2, 2 * BATCHES}) {
      TrainingOutcome stopped =
          run(TrainingState.fresh(spec), "part.pth", new StripedTraining.StopAt(stopAt));
      TrainingOutcome resumed =
          run(
              CheckpointFile.read(folder.resolve("part.pth"), spec),
              "part.pth",
              new TrainingListener() {});

      assertThat(stopped.finished()).isFalse();
      assertThat(stopped.step()).isEqualTo(stopAt);
      assertThat(resumed.finished()).isTrue();
      assertThat(resumed.model().sha256()).isEqualTo(whole.model().sha256());
      assertThat(resumed.average().map(StateDict::sha256))
          .isEqualTo(whole.average().map(StateDict::sha256));
    }
  }

  @Test
  void checkpointsAreWrittenAtTheIntervalAndAfterEachEpoch() {
    AtomicLong seconds = new AtomicLong();
    List<Integer> saved = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepped(StepReport report) {
            seconds.incrementAndGet();
          }

          @Override
          public void checkpointed(Path file, int step) {
            saved.add(step);
          }
        };

    Duration interval = Duration.ofSeconds(4);
    TrainingState start = TrainingState.fresh(spec(plain(2)));
    new StripedTraining(folder)
        .run(start, "c.pth", interval, () -> Instant.ofEpochSecond(seconds.get()), listener);

    assertThat(saved).containsExactly(4, 6, 10, 12);
  }

  @Test
  void stagesContinueWithTheSameWeightsAtAnotherSize() {
    TrainingSpec spec = spec(staged());
    List<EpochReport> epochs = new ArrayList<>();
    TrainingOutcome whole = run(TrainingState.fresh(spec), "whole.pth", epochsInto(epochs));

    assertThat(epochs).extracting(EpochReport::stage).containsExactly(0, 0, 0, 1, 1);
    assertThat(epochs).extracting(EpochReport::inputSize).containsExactly(32, 32, 32, 48, 48);
    assertThat(epochs).extracting(EpochReport::epoch).containsExactly(0, 1, 2, 3, 4);
    assertThat(epochs.get(3).loss()).isLessThan(epochs.get(0).loss() * 0.8);
    assertThat(epochs.subList(0, 3)).allMatch(report -> report.candidate().isEmpty());
    assertThat(epochs.get(4).candidate()).isEqualTo(whole.candidate());
    int total = 3 * BATCHES + 2 * 2 * BATCHES;
    assertThat(whole.step()).isEqualTo(total);
    for (int stopAt : new int[] {4, 3 * BATCHES, 3 * BATCHES + 5, 5 * BATCHES}) {
      run(TrainingState.fresh(spec), "part.pth", new StripedTraining.StopAt(stopAt));
      TrainingOutcome resumed =
          run(
              CheckpointFile.read(folder.resolve("part.pth"), spec),
              "part.pth",
              new TrainingListener() {});

      assertThat(resumed.model().sha256()).as("%d", stopAt).isEqualTo(whole.model().sha256());
      assertThat(resumed.average().map(StateDict::sha256))
          .isEqualTo(whole.average().map(StateDict::sha256));
      assertThat(resumed.candidate()).isEqualTo(whole.candidate());
    }
  }

  @Test
  void theBestEpochOfTheNetworkOrItsAverageIsKept() {
    List<EpochReport> epochs = new ArrayList<>();
    TrainingOutcome outcome =
        run(TrainingState.fresh(spec(plain(6))), "best.pth", epochsInto(epochs));

    Candidate expected =
        epochs.stream()
            .filter(report -> report.slope() == 1)
            .flatMap(
                report ->
                    Stream.of(
                        Candidate.of(report.epoch(), true, report.average().orElseThrow()),
                        Candidate.of(report.epoch(), false, report.model().orElseThrow())))
            .reduce((first, second) -> second.isBetterThan(first) ? second : first)
            .orElseThrow();
    assertThat(outcome.candidate()).contains(expected);
    CandidateFile file = new CandidateFile(folder.resolve("candidate-best.pth"));
    assertThat(file.read()).contains(expected);
    if (expected.epoch() == 5) {
      assertThat(file.weights().sha256())
          .isEqualTo(
              (expected.average() ? outcome.average().orElseThrow() : outcome.model()).sha256());
    }
  }

  @Test
  void trainingEndsWhenNoEpochIsBetterForTheGivenPatience() {
    Recipe frozen =
        recipe(
            9,
            "optimizer: 'sgd', weight_decay: 0, learning_rate: 0, min_learning_rate: 0,"
                + " ema_batches: 0, patience: 2");
    List<EpochReport> epochs = new ArrayList<>();

    TrainingOutcome outcome = run(TrainingState.fresh(spec(frozen)), "p.pth", epochsInto(epochs));

    int best = outcome.candidate().orElseThrow().epoch();
    assertThat(outcome.finished()).isTrue();
    assertThat(epochs.get(epochs.size() - 1).epoch()).isEqualTo(Math.min(8, best + 2));
    TrainingOutcome again =
        run(
            CheckpointFile.read(folder.resolve("p.pth"), spec(frozen)),
            "p.pth",
            epochsInto(epochs));
    assertThat(again.finished()).isTrue();
    assertThat(again.step()).isEqualTo(outcome.step());
  }

  @Test
  void theAverageIsUsableAfterAFewSteps() {
    List<EpochReport> epochs = new ArrayList<>();
    Recipe slow =
        recipe(4, "ema_decay: 0.999, optimizer: 'adamw', weight_decay: 0.01, learning_rate: 0.02");

    run(TrainingState.fresh(spec(slow)), "e.pth", epochsInto(epochs));

    assertThat(epochs.get(3).average().orElseThrow().accuracy()).isGreaterThan(0.9);
  }

  @Test
  void aNonFiniteLossEndsTheRun() {
    Recipe wild = recipe(2, "optimizer: 'sgd', weight_decay: 0, learning_rate: 1e30");

    assertThatThrownBy(
            () -> run(TrainingState.fresh(spec(wild)), "n.pth", new TrainingListener() {}))
        .has(code(ErrorCode.ENGINE_FAILURE));
  }

  @Test
  void aCheckpointOfAnotherRecipeIsNotResumed() {
    run(TrainingState.fresh(spec(plain(2))), "r.pth", new TrainingListener() {});

    assertThatThrownBy(() -> CheckpointFile.read(folder.resolve("r.pth"), spec(plain(3))))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContainingAll("epochs", "2", "3");
  }

  @Test
  void fineTuningReplacesOnlyTheClassifierIfTheClassesDiffer() {
    TrainingSpec fiveClasses = new TrainingSpec(plain(4), 5, Kernels.PIXELWISE);
    StateDict given = InitialWeights.of(fiveClasses.network(), 99);

    StateDict weights = TrainingState.fineTuning(spec(plain(4)), given).weights(false);

    assertThat(weights.get("stages.0.act.weight")).isEqualTo(given.get("stages.0.act.weight"));
    assertThat(weights.get("cls1.2.weight").shape()).startsWith(StripedImages.CLASSES);
    assertThat(weights.get("cls2.0.bias").shape()).containsExactly(StripedImages.CLASSES);
  }
}
