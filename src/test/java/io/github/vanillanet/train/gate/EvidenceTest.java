package io.github.vanillanet.train.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.train.dataset.Sample;
import io.github.vanillanet.train.jobs.Evidence;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvidenceTest {

  private static final int BROKEN = Answers.NOT_FINITE;
  private static final int GONE = Answers.DAMAGED;

  /** Three right answers of four; class b is recognized in one of two images. */
  private static final ConfusionMatrix THREE_OF_FOUR =
      new ConfusionMatrix(new long[][] {{2, 0}, {1, 1}}, 0);

  private static Answers answers(int[] truth, int... answers) {
    List<Sample> samples =
        IntStream.range(0, truth.length)
            .mapToObj(i -> new Sample(Path.of("%d.png".formatted(i)), truth[i]))
            .toList();
    return new Answers(samples, answers);
  }

  @Test
  void answersThatAreNotFiniteCountAsWrongAndDamagedImagesDoNotCount() {
    Answers answers = answers(new int[] {0, 0, 0, 1, 1}, 0, BROKEN, GONE, 1, 0);

    Evidence evidence =
        answers
            .confusion(2)
            .evidence(List.of("a", "b"), 1, OptionalDouble.of(0.3), Optional.empty());

    assertThat(evidence.images()).isEqualTo(4);
    assertThat(evidence.right()).isEqualTo(2);
    assertThat(evidence.notFinite()).isEqualTo(1);
    assertThat(evidence.accuracy()).isEqualTo(0.5);
    assertThat(evidence.testAccuracy()).hasValue(0.3);
  }

  @Test
  void theMajorityAndTheFrequentAnswerMayBeOfDifferentClasses() {
    Evidence evidence =
        new ConfusionMatrix(new long[][] {{10, 50}, {0, 40}}, 0)
            .evidence(List.of("a", "b"), 1, OptionalDouble.empty(), Optional.empty());

    assertThat(evidence.majorityClass()).isEqualTo("a");
    assertThat(evidence.majorityShare()).isEqualTo(0.6);
    assertThat(evidence.majorityP()).isEqualTo(Binomial.atLeast(50, 100, 0.6));
    assertThat(evidence.frequentAnswer()).isEqualTo("b");
    assertThat(evidence.frequentAnswerShare()).isEqualTo(0.9);
    assertThat(evidence.frequentAnswerImages()).isEqualTo(0.4);
    assertThat(evidence.balancedAccuracy()).isEqualTo((10 / 60.0 + 1) / 2, within(1e-15));
  }

  @Test
  void theIntervalIsThatOfIndependentBinomialRecalls() {
    // the standard deviation of the mean of two recalls, each 0.8 of 100 images, is 0.0283
    BalancedAccuracy balanced =
        BalancedAccuracy.of(new ConfusionMatrix(new long[][] {{80, 20}, {20, 80}}, 0), 7);

    assertThat(balanced.value()).isEqualTo(0.8);
    assertThat(balanced.low()).isCloseTo(0.8 - 1.96 * 0.0283, within(0.01));
    assertThat(balanced.high()).isCloseTo(0.8 + 1.96 * 0.0283, within(0.01));
  }

  @Test
  void theIntervalKeepsTheNumberOfImagesPerClass() {
    // recalls of 1 and 0 have no spread, whatever the sizes of the classes
    BalancedAccuracy balanced =
        BalancedAccuracy.of(new ConfusionMatrix(new long[][] {{90, 0}, {3, 0}}, 0), 7);

    assertThat(balanced).isEqualTo(new BalancedAccuracy(0.5, 0.5, 0.5));
  }

  @Test
  void aClassWithoutImagesDoesNotCountAndTheSeedDecides() {
    ConfusionMatrix matrix = new ConfusionMatrix(new long[][] {{6, 2, 0}, {3, 9, 0}, {0, 0, 0}}, 0);

    assertThat(BalancedAccuracy.of(matrix, 1).value()).isEqualTo(0.75);
    assertThat(BalancedAccuracy.of(matrix, 1)).isEqualTo(BalancedAccuracy.of(matrix, 1));
    assertThat(BalancedAccuracy.of(new ConfusionMatrix(new long[2][2], 0), 1))
        .isEqualTo(new BalancedAccuracy(0, 0, 0));
  }

  @Test
  void aComparisonCountsTheImagesThatBothAnsweredAndNeitherKnew() {
    int[] truth = {0, 0, 0, 1, 1, 1, 1};
    Answers candidate = answers(truth, 0, 1, 0, 1, GONE, BROKEN, 1);
    Answers live = answers(truth, 0, 0, 1, 1, GONE, 1, 0);
    boolean[] leftOut = {false, false, false, false, false, false, true};

    Evidence.Comparison comparison =
        LiveComparison.of(candidate, live, leftOut, 3, OptionalInt.of(1));

    assertThat(comparison)
        .isEqualTo(new Evidence.Comparison(3, 5, OptionalInt.of(1), 3, 4, 2, 1, 0.5));
    assertThat(comparison.discordant()).isEqualTo(3);
  }

  @Test
  void scoresHavePrecisionAndRecallPerClass() {
    assertThat(THREE_OF_FOUR.scores(List.of("a", "b")))
        .containsExactly(
            new ConfusionMatrix.ClassScore("a", 2, 2 / 3.0, 1),
            new ConfusionMatrix.ClassScore("b", 2, 1, 0.5));
    assertThat(new ConfusionMatrix(new long[1][1], 0).scores(List.of("a")))
        .containsExactly(new ConfusionMatrix.ClassScore("a", 0, 0, 0));
  }
}
