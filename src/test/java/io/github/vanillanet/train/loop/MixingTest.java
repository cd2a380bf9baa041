package io.github.vanillanet.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.Batches;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The draws of mixing, and the mixing in the engine compared with one on the host. */
class MixingTest {

  private static final int SIZE = 64;
  private static final int IMAGE = 3 * SIZE * SIZE;

  @Test
  void mixingDependsOnlyOnSeedAndStep() {
    for (int step = 0; step < 100; step++) {
      assertThat(Mixing.of(0.4, 1, 7, step, SIZE, SIZE))
          .isEqualTo(Mixing.of(0.4, 1, 7, step, SIZE, SIZE));
    }
    assertThat(Mixing.of(0.4, 1, 7, 0, SIZE, SIZE))
        .isNotEqualTo(Mixing.of(0.4, 1, 7, 1, SIZE, SIZE));
    assertThat(Mixing.of(0.4, 1, 7, 0, SIZE, SIZE))
        .isNotEqualTo(Mixing.of(0.4, 1, 8, 0, SIZE, SIZE));
  }

  @Test
  void halfOfTheBatchesUseCutmixAndLambdaIsTheShareOutsideTheBox() {
    int cut = 0;
    double lambdas = 0;
    int steps = 4000;

    for (int step = 0; step < steps; step++) {
      Mixing mixing = Mixing.of(0.4, 1, 1, step, 48, SIZE);
      int area = mixing.height() * mixing.width();
      if (area > 0) {
        cut++;
        assertThat(mixing.lambda()).isCloseTo(1 - area / (48.0 * SIZE), within(1e-12));
        assertThat(mixing.top() + mixing.height()).isLessThanOrEqualTo(48);
        assertThat(mixing.left() + mixing.width()).isLessThanOrEqualTo(SIZE);
      } else {
        lambdas += mixing.lambda();
      }
    }

    assertThat(cut).isBetween(steps * 47 / 100, steps * 53 / 100);
    assertThat(lambdas / (steps - cut)).isCloseTo(0.5, within(0.03)); // the mean of Beta(a, a)
  }

  @Test
  void withoutMixupAndCutmixNoBatchIsMixed() {
    assertThat(Mixing.of(0, 0, 1, 2, SIZE, SIZE)).isEqualTo(Mixing.NONE);
  }

  @Test
  void theEngineMixesAsTheHost() {
    Batch batch = OfficialStep.batch();
    float[] own = new float[OfficialStep.SAMPLES * IMAGE];
    batch.input().duplicate().order(batch.input().order()).asFloatBuffer().get(own);
    for (Mixing mixing : List.of(Mixing.mixup(0.3), new Mixing(1 - 200 / 4096.0, 5, 10, 40, 20))) {
      float[] mixed = new float[own.length];
      for (int i = 0; i < own.length; i++) {
        int sample = i / IMAGE;
        float other = own[(OfficialStep.SAMPLES - 1 - sample) * IMAGE + i % IMAGE];
        int row = i / SIZE % SIZE;
        int column = i % SIZE;
        boolean boxed = row >= 5 && row < 15 && column >= 40 && column < 60;
        mixed[i] =
            mixing.height() == 0 ? (float) (own[i] * 0.3 + other * 0.7) : boxed ? other : own[i];
      }

      assertThat(loss(batch, mixing))
          .isCloseTo(loss(Batches.of(mixed, batch.labels()), Mixing.NONE), within(1e-5));
    }
  }

  private static double loss(Batch batch, Mixing mixing) {
    OptimizerSpec optimizer = OptimizerSpec.official(OptimizerKind.LAMB, 0, 1, 0);
    Controls controls = new Controls(OfficialStep.SLOPE, 0, 1, 1, mixing);
    try (TrainingEngine engine = OfficialStep.engine(optimizer, Kernels.PLANAR)) {
      return engine.step(OfficialStep.input(batch, controls)).loss();
    }
  }
}
