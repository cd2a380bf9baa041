package io.github.vanillanet.train.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.train.dataset.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fits on labels that are drawn from known probabilities. */
class CalibrationFitTest {

  private static final int CLASSES = 5;
  private static final double[] NO_BIAS = new double[CLASSES];

  /** Draws each label from softmax(logits / temperature + bias). */
  private static Scores drawn(int images, double temperature, double[] bias, long seed) {
    Random random = new Random(seed);
    Scaling truth = new Scaling(1 / temperature, bias);
    float[][] logits = new float[images][CLASSES];
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      for (int k = 0; k < CLASSES; k++) {
        logits[i][k] = (float) (4 * random.nextGaussian());
      }
      double[] probabilities = truth.probabilities(logits[i]);
      double left = random.nextDouble();
      int label = 0;
      while (label < CLASSES - 1 && left >= probabilities[label]) {
        left -= probabilities[label++];
      }
      samples.add(new Sample(Path.of(i + ".png"), label));
    }
    return Scores.of(samples, logits);
  }

  private static CalibrationFit fit(Scores logits) {
    return CalibrationFit.of(logits, true, 1).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1.7, 4})
  void findsTheTemperature(double temperature) {
    CalibrationFit fit = fit(drawn(6_000, temperature, NO_BIAS, 3));

    assertThat(fit.calibration().temperature()).isCloseTo(temperature, within(0.07 * temperature));
    assertThat(fit.calibration().bias()).as("does not help").isEmpty();
    assertThat(fit.calibration().images()).isEqualTo(6_000);
    assertThat(fit.calibration().eceAfter()).isLessThan(0.02);
    assertThat(fit.calibration().eceBefore()).isGreaterThan(0.05);
  }

  /** The probabilities of the net are right, so the fitted temperature is chance. */
  @ParameterizedTest
  @ValueSource(ints = {121, 6_000})
  void aTemperatureThatDoesNotHelpOnHeldOutImagesIsOne(int images) {
    for (int seed = 20; seed < 30; seed++) {
      Scores logits = drawn(images, 1, NO_BIAS, seed);
      assertThat(new ScalingFit(logits, logits.finite()).temperature()).isNotEqualTo(Scaling.NONE);

      CalibrationFit fit = fit(logits);

      assertThat(fit.calibration().temperature()).as("seed %d", seed).isEqualTo(1);
      assertThat(fit.calibration().eceAfter()).isEqualTo(fit.calibration().eceBefore());
      assertThat(fit.after()).isEqualTo(fit.before());
    }
  }

  @Test
  void findsTheBiasAndTheTemperature() {
    double[] bias = {0.8, -0.8, 0, 0.4, -0.4};

    Calibration calibration = fit(drawn(8_000, 2, bias, 4)).calibration();

    assertThat(calibration.temperature()).isCloseTo(2, within(0.1));
    assertThat(calibration.bias()).hasSize(CLASSES);
    for (int k = 0; k < CLASSES; k++) {
      assertThat(calibration.bias().get(k)).isCloseTo(bias[k], within(0.12));
    }
    assertThat(calibration.bias().stream().mapToDouble(b -> b).sum()).isCloseTo(0, within(1e-9));
  }

  @Test
  void theFitHasTheSmallestLoss() {
    Scores logits = drawn(600, 2, new double[] {0.8, -0.8, 0, 0.4, -0.4}, 5);
    int[] images = logits.finite();
    Scaling fitted = new ScalingFit(logits, images).temperatureAndBias(Scaling.NONE);

    double least = loss(logits, images, fitted);

    Random random = new Random(6);
    for (int trial = 0; trial < 100; trial++) {
      double[] bias = fitted.bias().clone();
      for (int k = 0; k < bias.length; k++) {
        bias[k] += 0.05 * random.nextGaussian();
      }
      double sharpness = fitted.sharpness() * (1 + 0.02 * random.nextGaussian());
      assertThat(loss(logits, images, new Scaling(sharpness, bias))).isGreaterThan(least);
    }
  }

  private static double loss(Scores logits, int[] images, Scaling scaling) {
    Scores scaled = logits.with(scaling);
    return Arrays.stream(images).mapToDouble(scaled::loss).sum();
  }

  @Test
  void aBalancedTrainingGetsNoBias() {
    Scores logits = drawn(2_000, 1, new double[] {2, -2, 0, 0, 0}, 7);

    assertThat(fit(logits).calibration().bias()).isNotEmpty();
    assertThat(CalibrationFit.of(logits, false, 1).orElseThrow().calibration().bias()).isEmpty();
  }

  @Test
  void aClassWithFewImagesPreventsABias() {
    Scores logits = drawn(2_000, 1, new double[] {2, 0, 0, 0, -9}, 8);
    assertThat(IntStream.range(0, 2_000).filter(i -> logits.label(i) == 4).count()).isLessThan(10);

    assertThat(fit(logits).calibration().bias()).isEmpty();
  }

  @Test
  void fewImagesOrALogitThatIsNotFiniteGiveNoCalibration() {
    assertThat(CalibrationFit.of(drawn(99, 2, NO_BIAS, 9), true, 1)).isEmpty();
    assertThat(CalibrationFit.of(drawn(100, 2, NO_BIAS, 9), true, 1)).isPresent();
    Scores logits = drawn(200, 2, NO_BIAS, 9);
    logits.logits()[17][3] = Float.NaN;
    assertThat(CalibrationFit.of(logits, true, 1)).isEmpty();
  }

  @Test
  void damagedImagesAreLeftOut() {
    Scores logits = drawn(150, 2, NO_BIAS, 10);
    logits.logits()[17] = new float[0];

    CalibrationFit fit = fit(logits);

    assertThat(fit.calibration().images()).isEqualTo(149);
    assertThat(fit.heldOut().answers().isDamaged(17)).isTrue();
  }

  @Test
  void theTemperatureStaysInItsRange() {
    Scores right = drawn(200, 1e-3, NO_BIAS, 11); // the largest logit is always right
    Scores random = drawn(200, 1e9, NO_BIAS, 11);

    assertThat(fit(right).calibration().temperature()).isEqualTo(Calibration.MIN_TEMPERATURE);
    assertThat(CalibrationFit.of(random, false, 1).orElseThrow().calibration().temperature())
        .isGreaterThan(5)
        .isLessThanOrEqualTo(Calibration.MAX_TEMPERATURE);
  }

  @Test
  void everyImageIsScoredWithValuesFittedWithoutIt() {
    Scores logits = drawn(300, 2, NO_BIAS, 12);
    CalibrationFit fit = fit(logits);

    assertThat(fit.heldOut().scalings().stream().distinct()).hasSize(5);
    Scaling changed = fit.heldOut().scalings().get(0);
    float[] row = logits.logits()[0];
    int label = logits.label(0);
    row[label] += 300; // changes every fit that uses the image
    Scores after = fit(logits).heldOut();
    assertThat(after.scalings().get(0).sharpness()).isEqualTo(changed.sharpness());
    assertThat(after.scalings().stream().filter(s -> s.sharpness() == changed.sharpness()))
        .hasSizeBetween(50, 70);
  }

  @Test
  void theErrorIsThatOfTheBins() {
    // one logit per image decides: probabilities 0.6, 0.6, 0.9 and 1 of class 0 or 1
    double[] confidences = {0.61, 0.63, 0.9, 1};
    int[] labels = {0, 1, 0, 0};
    float[][] logits = new float[4][2];
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      double odds = confidences[i] == 1 ? 90 : Math.log(confidences[i] / (1 - confidences[i]));
      logits[i] = new float[] {(float) odds, 0};
      samples.add(new Sample(Path.of(i + ".png"), labels[i]));
    }

    Reliability reliability = Reliability.of(Scores.of(samples, logits), new int[] {0, 1, 2, 3});

    assertThat(reliability.bins()).hasSize(15);
    Reliability.Bin tenth = reliability.bins().get(9); // (0.6, 0.6667]
    assertThat(tenth.count()).isEqualTo(2);
    assertThat(tenth.accuracy()).isEqualTo(0.5);
    assertThat(tenth.confidence()).isCloseTo(0.62, within(1e-6));
    assertThat(reliability.bins().get(13).count()).isEqualTo(1); // (0.8667, 0.9333]
    assertThat(reliability.bins().get(14).count()).isEqualTo(1);
    double expected = 2 / 4.0 * Math.abs(0.5 - 0.62) + 1 / 4.0 * Math.abs(1 - 0.9) + 0;
    assertThat(reliability.error()).isCloseTo(expected, within(1e-6));
    assertThat(reliability.bins().stream().filter(bin -> bin.count() == 0)).hasSize(12);
  }

  @Test
  void mistakesAreListedByCell() {
    List<Sample> samples = new ArrayList<>();
    float[][] logits = new float[12][];
    int[] labels = {0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2};
    for (int i = 0; i < 12; i++) {
      samples.add(new Sample(Path.of(i + ".png"), labels[i]));
      logits[i] = new float[] {0, i < 7 ? 1 + i : 0, i < 9 ? 0 : 3};
    }
    logits[7][0] = 2; // class 1 answered as 0
    logits[11] = new float[0]; // damaged

    List<Mistakes> mistakes = Mistakes.of(Scores.of(samples, logits), 3);

    assertThat(mistakes).extracting(Mistakes::label).containsExactly(0, 1);
    assertThat(mistakes).extracting(Mistakes::answer).containsExactly(1, 0);
    assertThat(mistakes).extracting(Mistakes::count).containsExactly(7, 2);
    assertThat(mistakes.get(0).examples())
        .extracting(example -> example.sample().file().toString())
        .containsExactly("6.png", "5.png", "4.png", "3.png", "2.png");
    Mistakes.Example first = mistakes.get(0).examples().get(0);
    double sum = DoubleStream.of(0, 7, 0).map(Math::exp).sum();
    assertThat(first.probability()).isCloseTo(Math.exp(7) / sum, within(1e-9));
    assertThat(first.labelProbability()).isCloseTo(1 / sum, within(1e-9));
  }
}
