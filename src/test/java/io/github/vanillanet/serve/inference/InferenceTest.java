package io.github.vanillanet.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InferenceTest {

  private static final List<String> LABELS = List.of("ant", "bee", "cat", "dog");

  @Test
  void theMostProbableClassesComeFirst() {
    List<Prediction> top = inference(1, 1, 3, 2, 0).top(0, 2);

    assertThat(top).extracting(Prediction::label).containsExactly("bee", "cat");
    double sum = Math.exp(-2) + 1 + Math.exp(-1) + Math.exp(-3);
    assertThat(top.get(0).probability()).isCloseTo(1 / sum, within(1e-12));
    assertThat(top.get(1).probability()).isCloseTo(Math.exp(-1) / sum, within(1e-12));
  }

  @Test
  void equalClassesAreOrderedByIndex() {
    List<Prediction> top = inference(1, 5, 7, 5, 7).top(0, 3);

    assertThat(top).extracting(Prediction::index).containsExactly(1, 3, 0);
  }

  @Test
  void probabilitiesAddUpToOneForLargeLogits() {
    List<Prediction> all = inference(1, 3e38f, -3e38f, 1e4f, 3e38f).top(0, 99);

    assertThat(all).hasSize(4);
    assertThat(all.stream().mapToDouble(Prediction::probability).sum()).isCloseTo(1, within(1e-12));
  }

  @Test
  void eachSampleHasItsOwnRow() {
    Inference two = inference(2, 1, 3, 2, 0, 9, 0, 0, 0);

    assertThat(two.top(0, 1)).extracting(Prediction::label).containsExactly("bee");
    assertThat(two.top(1, 1)).extracting(Prediction::label).containsExactly("ant");
  }

  @Test
  void theTemperatureDividesTheLogits() {
    List<Prediction> top = calibrated(2, new double[0], 1, 3, 2, 0).top(0, 4);

    assertThat(top).extracting(Prediction::index).containsExactly(1, 2, 0, 3);
    double sum = Math.exp(-1) + 1 + Math.exp(-0.5) + Math.exp(-1.5);
    assertThat(top.get(0).probability()).isCloseTo(1 / sum, within(1e-12));
    assertThat(top.get(3).probability()).isCloseTo(Math.exp(-1.5) / sum, within(1e-12));
  }

  @Test
  void theBiasDecidesTheOrderButDoesNotChangeTheLogits() {
    Inference inference = calibrated(2, new double[] {0, -1, 0, 0.5}, 1, 3, 2, 0);

    List<Prediction> top = inference.top(0, 4);

    // scores 0.5, 0.5, 1.0 and 0.5
    assertThat(top).extracting(Prediction::index).containsExactly(2, 0, 1, 3);
    double sum = 1 + 3 * Math.exp(-0.5);
    assertThat(top.get(0).probability()).isCloseTo(1 / sum, within(1e-12));
    assertThat(inference.logits()).containsExactly(1, 3, 2, 0);
  }

  @Test
  void withoutCalibrationTheProbabilitiesAreThoseOfTheLogitsBitForBit() {
    Random random = new Random(7);
    for (int trial = 0; trial < 200; trial++) {
      float[] logits = new float[LABELS.size()];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) (10 * random.nextGaussian());
      }
      double max = Double.NEGATIVE_INFINITY;
      for (float logit : logits) {
        max = Math.max(max, logit);
      }
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit - max);
      }

      for (Prediction prediction : inference(1, logits).top(0, logits.length)) {
        assertThat(prediction.probability())
            .isEqualTo(Math.exp(logits[prediction.index()] - max) / sum);
      }
    }
  }

  private static Inference inference(int samples, float... logits) {
    return inference(1, new double[0], samples, logits);
  }

  private static Inference calibrated(double temperature, double[] bias, float... logits) {
    return inference(temperature, bias, 1, logits);
  }

  private static Inference inference(
      double temperature, double[] bias, int samples, float... logits) {
    return new Inference(
        "model",
        1,
        true,
        LABELS,
        temperature,
        bias,
        samples,
        logits,
        OptionalDouble.empty(),
        Optional.empty(),
        new float[0],
        "float32",
        new float[0],
        Optional.empty(),
        Collections.emptySortedMap(),
        Collections.emptySortedMap());
  }
}
