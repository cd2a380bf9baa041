package io.github.vanillanet.train.loop;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains a network of 3 blocks on striped images, for seconds. */
class TrainingLoopTest {

  private static final int SIZE = 32;
  private static final int BATCHES = 6;
  private static final StripedImages DATA = new StripedImages(BATCHES, 16, SIZE, true);
  private static final StripedImages VALIDATION = new StripedImages(3, 16, SIZE, false);

  @TempDir Path folder;

  @Test
  void theNetworkLearnsTheStripes() {
    List<EpochReport> epochs = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void epochFinished(EpochReport report) {
            epochs.add(report);
          }
        };

    TrainingOutcome outcome = run(TrainingState.fresh(spec(plain(4))), "a.pth", listener);

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
      TrainingOutcome stopped = run(TrainingState.fresh(spec), "part.pth", new StopAt(stopAt));
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
    run(start, "c.pth", interval, () -> Instant.ofEpochSecond(seconds.get()), listener);

    assertThat(saved).containsExactly(4, 6, 10, 12);
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

  private TrainingOutcome run(TrainingState start, String file, TrainingListener listener) {
    return run(start, file, Duration.ZERO, InstantSource.system(), listener);
  }

  private TrainingOutcome run(
      TrainingState start,
      String file,
      Duration interval,
      InstantSource clock,
      TrainingListener listener) {
    return new TrainingLoop(
            TorchRuntime.load(),
            Device.CPU,
            1,
            clock,
            DATA,
            VALIDATION,
            1,
            folder.resolve(file),
            interval,
            listener)
        .run(start);
  }

  private static TrainingSpec spec(Recipe recipe) {
    return new TrainingSpec(recipe, StripedImages.CLASSES, Kernels.PIXELWISE);
  }

  private static Recipe plain(int epochs) {
    return recipe(epochs, "optimizer: 'adamw', weight_decay: 0.01, learning_rate: 0.02");
  }

  /** Uses every kind of random draw and of state. */
  private static Recipe everything() {
    return recipe(
        3,
        "weight_decay: 0.1, layer_decay: 0.9, learning_rate: 0.02, mixup: 0.4, cutmix: 1,"
            + " dropout: 0.2");
  }

  private static Recipe recipe(int epochs, String members) {
    return Recipes.of(
        """
        epochs: %d, decay_epochs: %d, warmup_epochs: 0.5, batch_size: 8, accumulation_steps: 2,
        label_smoothing: 0, ema_decay: 0.9, dims: [8, 8, 16, 16], act_num: 1, input_size: %d,
        seed: 3, %s"""
            .formatted(epochs, epochs / 2, SIZE, members));
  }

  private static final class StopAt implements TrainingListener {

    private final int last;
    private int done;

    StopAt(int last) {
      this.last = last;
    }

    @Override
    public void stepped(StepReport report) {
      done = report.step();
    }

    @Override
    public boolean stopRequested() {
      return done == last;
    }
  }
}
