package io.github.vanillanet.train.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.train.jobs.Evidence;
import io.github.vanillanet.train.jobs.Ruling;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** One test per row of the decision table in the documentation. */
class RulesTest {

  private static final List<String> LABELS = List.of("cat", "dog", "ship");
  private static final long[][] GOOD = {{40, 5, 5}, {5, 40, 5}, {5, 5, 40}};

  private static Evidence evidence(long[][] counts, Optional<Evidence.Comparison> comparison) {
    return new ConfusionMatrix(counts, 0).evidence(LABELS, 1, OptionalDouble.empty(), comparison);
  }

  private static Ruling alone(long[][] counts) {
    return new Rules(0, true).of(evidence(counts, Optional.empty()));
  }

  /**
   * @param both images that both versions answer correctly
   */
  private static Ruling compared(
      double tolerance, int images, int both, int onlyLive, int onlyCandidate) {
    return new Rules(tolerance, true)
        .of(
            evidence(
                GOOD,
                Optional.of(
                    new Evidence.Comparison(
                        1,
                        images,
                        OptionalInt.empty(),
                        both + onlyCandidate,
                        both + onlyLive,
                        onlyLive,
                        onlyCandidate,
                        Binomial.atLeast(onlyLive, onlyLive + onlyCandidate, 0.5)))));
  }

  @Test
  void aFirstVersionThatBeatsTheMajorityIsAccepted() {
    assertThat(alone(GOOD)).isEqualTo(Ruling.ACCEPTED);
  }

  @Test
  void logitsThatAreNotFiniteAreRejected() {
    Evidence broken =
        new ConfusionMatrix(GOOD, 1).evidence(LABELS, 1, OptionalDouble.empty(), Optional.empty());

    assertThat(new Rules(1, true).of(broken)).isEqualTo(Ruling.NOT_FINITE);
  }

  @Test
  void chanceIsRejected() {
    assertThat(alone(new long[][] {{0, 0, 10}, {0, 0, 10}, {0, 0, 10}}))
        .isEqualTo(Ruling.NOT_BETTER_THAN_MAJORITY);
    assertThat(alone(new long[][] {{4, 3, 3}, {3, 4, 3}, {3, 3, 4}}))
        .isEqualTo(Ruling.NOT_BETTER_THAN_MAJORITY);
  }

  @Test
  void theLimitOfTheBinomialTestIsFivePercent() {
    // 9 of 10 against 5/10 has p = 0.0107, 8 of 10 has p = 0.0547
    assertThat(alone(new long[][] {{5, 0, 0}, {1, 4, 0}, {0, 0, 0}})).isEqualTo(Ruling.ACCEPTED);
    assertThat(alone(new long[][] {{4, 1, 0}, {1, 4, 0}, {0, 0, 0}}))
        .isEqualTo(Ruling.NOT_BETTER_THAN_MAJORITY);
  }

  @Test
  void aMajorityThatIsAlwaysRightCannotBeBeaten() {
    assertThat(alone(new long[][] {{50, 0, 0}, {0, 0, 0}, {0, 0, 0}}))
        .isEqualTo(Ruling.NOT_BETTER_THAN_MAJORITY);
    assertThat(alone(new long[3][3])).isEqualTo(Ruling.NOT_BETTER_THAN_MAJORITY);
  }

  @Test
  void almostAlwaysTheSameAnswerIsRejectedUnlessItsClassDominates() {
    // 93 % of the answers are cat; 75 % of 400 images are cats, 321 right answers have p < 0.05
    long[][] one = {{300, 0, 0}, {43, 21, 0}, {29, 0, 7}};
    // the same answers for 80 % cats
    long[][] dominant = {{320, 0, 0}, {30, 14, 0}, {22, 0, 14}};

    assertThat(evidence(one, Optional.empty()).majorityP()).isLessThan(0.05);
    assertThat(alone(one)).isEqualTo(Ruling.ONE_ANSWER);
    assertThat(alone(dominant)).isEqualTo(Ruling.ACCEPTED);
    // exactly 90 % are allowed
    assertThat(alone(new long[][] {{280, 0, 0}, {50, 20, 0}, {30, 0, 20}}))
        .isEqualTo(Ruling.ACCEPTED);
  }

  @Test
  void aCandidateThatIsSignificantlyWorseIsRejectedWithinTheToleranceToo() {
    // 20 against 8: p = 0.018
    assertThat(compared(0.5, 1000, 700, 20, 8)).isEqualTo(Ruling.WORSE_THAN_LIVE);
  }

  @Test
  void aLossBeyondTheToleranceIsRejected() {
    // 11 against 10: p = 0.5
    assertThat(compared(0, 1000, 700, 11, 10)).isEqualTo(Ruling.BEYOND_TOLERANCE);
    assertThat(compared(0.001, 1000, 700, 11, 10)).isEqualTo(Ruling.ACCEPTED);
    assertThat(compared(0.0009, 1000, 700, 11, 10)).isEqualTo(Ruling.BEYOND_TOLERANCE);
  }

  @Test
  void theToleranceIsADecimalNumber() {
    // in binary, 0.29 · 100 is less than 29; the discordant pairs here are not significant
    assertThat(new Rules(0.29, true).of(evidence(GOOD, Optional.of(lost(29, 100)))))
        .isEqualTo(Ruling.ACCEPTED);
    assertThat(new Rules(0.29, true).of(evidence(GOOD, Optional.of(lost(30, 100)))))
        .isEqualTo(Ruling.BEYOND_TOLERANCE);
  }

  private static Evidence.Comparison lost(int answers, int images) {
    return new Evidence.Comparison(
        1, images, OptionalInt.empty(), 40, 40 + answers, answers, 0, 0.5);
  }

  @Test
  void anEqualOrBetterCandidateIsAccepted() {
    assertThat(compared(0, 100, 70, 5, 5)).isEqualTo(Ruling.ACCEPTED);
    assertThat(compared(0, 100, 70, 0, 10)).isEqualTo(Ruling.ACCEPTED);
  }

  @Test
  void fewImagesOrFewDifferentAnswersDecideNothing() {
    assertThat(compared(0, 99, 70, 5, 6)).isEqualTo(Ruling.TOO_FEW_IMAGES);
    assertThat(compared(0, 1000, 900, 3, 6)).isEqualTo(Ruling.TOO_FEW_IMAGES);
    assertThat(compared(0, 0, 0, 0, 0)).isEqualTo(Ruling.TOO_FEW_IMAGES);
  }

  @Test
  void fewImagesRejectNothingAndActivateNothing() {
    // worse with p = 0.0001, and beyond the tolerance
    assertThat(compared(0, 99, 40, 30, 6)).isEqualTo(Ruling.TOO_FEW_IMAGES);
    assertThat(compared(0, 1000, 900, 9, 0)).isEqualTo(Ruling.TOO_FEW_IMAGES);
    assertThat(Ruling.TOO_FEW_IMAGES.publishes()).isTrue();
    assertThat(Ruling.TOO_FEW_IMAGES.activates()).isFalse();
  }

  @Test
  void anAcceptedCandidateIsNotActivatedIfTheRequestSaysSo() {
    assertThat(new Rules(0, false).of(evidence(GOOD, Optional.empty())))
        .isEqualTo(Ruling.ACTIVATION_OFF);
    assertThat(Ruling.ACTIVATION_OFF.publishes()).isTrue();
    assertThat(Ruling.ACTIVATION_OFF.activates()).isFalse();
  }

  @Test
  void everyRulingButTheAcceptanceHasAReason() {
    Evidence evidence = evidence(GOOD, Optional.of(lost(29, 100)));
    for (Ruling ruling : Ruling.values()) {
      if (ruling != Ruling.LABELS_CHANGED) {
        assertThat(Reasons.of(ruling, evidence, 0.1).isPresent())
            .as(ruling.name())
            .isEqualTo(ruling != Ruling.ACCEPTED);
      }
    }
    assertThat(Reasons.of(Ruling.BEYOND_TOLERANCE, evidence, 0.1).orElseThrow())
        .contains("0.4000", "0.6900", "0.1", "100 images");
  }
}
