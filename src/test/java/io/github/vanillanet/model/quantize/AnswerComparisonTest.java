package io.github.vanillanet.model.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.quantize.CalibrationSet.Example;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Compares made-up logits. No image is read. */
class AnswerComparisonTest {

  private static final int COUNT = 500;

  private final List<Example> half =
      IntStream.range(0, COUNT)
          .mapToObj(i -> new Example(Path.of(i + ".png"), OptionalInt.of(i % 5)))
          .toList();
  private final CalibrationSet images = new CalibrationSet(half, half);

  @Test
  void answersOfAnotherNetAreRefused() {
    float[][] exact = random(COUNT, 1);
    float[][] other = random(COUNT, 2);
    AnswerComparison comparison =
        new AnswerComparison(images, List.of(), new float[][][] {exact, exact});

    AnswerCertificate wrong =
        comparison.certificate(Precision.INT8, new float[][][] {other, other}, List.of());
    AnswerCertificate right =
        comparison.certificate(Precision.INT8, new float[][][] {exact, exact}, List.of());

    assertThat(wrong.rawAgreement()).isLessThan(0.5);
    assertThat(wrong.refusal()).isPresent();
    assertThat(right.threshold()).isZero();
    assertThat(right.recomputed()).isZero();
    assertThat(right.refusal()).isEmpty();
  }

  /** The threshold comes from the first half alone. */
  @Test
  void theSecondHalfDoesNotChangeTheThreshold() {
    float[][] exact = new float[COUNT][];
    float[][] first = new float[COUNT][];
    float[][] second = new float[COUNT][];
    for (int i = 0; i < COUNT; i++) {
      exact[i] = new float[] {2, 0, 0, 0, 0};
      first[i] = new float[] {i == 3 ? 0 : 2, i == 3 ? 0.8f : 0, 0, 0, 0};
      second[i] = new float[] {i < 4 ? 0 : 2, i < 4 ? 0.6f * i : 0, 0, 0, 0};
    }
    second[9][2] = Float.NaN;

    AnswerCertificate certificate =
        new AnswerComparison(images, List.of(), new float[][][] {exact, exact})
            .certificate(Precision.INT8, new float[][][] {first, second}, List.of());

    assertThat(certificate.threshold()).isEqualTo(1.25 * 0.8f);
    assertThat(certificate.recomputed()).isEqualTo(3); // margins 0 and 0.6, and NaN
    assertThat(certificate.agreed()).isEqualTo(COUNT - 2);
  }

  private static float[][] random(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              float[] row = new float[5];
              for (int k = 0; k < row.length; k++) {
                row[k] = (float) random.nextDouble();
              }
              return row;
            })
        .toArray(float[][]::new);
  }
}
