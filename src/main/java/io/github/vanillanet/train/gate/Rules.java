package io.github.vanillanet.train.gate;

import io.github.vanillanet.train.jobs.Evidence;
import io.github.vanillanet.train.jobs.Ruling;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * The decision table of the gate: the first rule that applies decides.
 *
 * @param tolerance accuracy that a candidate may lack compared with the live version, 0..1
 * @param activate false if the candidate is to be published only
 */
record Rules(double tolerance, boolean activate) {

  /** Largest probability of an equal result by chance that counts as evidence. */
  static final double SIGNIFICANCE = 0.05;

  static final double MOST_FREQUENT_ANSWER = 0.9;
  static final double DOMINANT_CLASS = 0.8;
  static final int FEWEST_IMAGES = 100;
  static final int FEWEST_DISCORDANT = 10;

  Ruling of(Evidence evidence) {
    if (evidence.notFinite() > 0) {
      return Ruling.NOT_FINITE;
    }
    if (evidence.majorityP() > SIGNIFICANCE) {
      return Ruling.NOT_BETTER_THAN_MAJORITY;
    }
    if (evidence.frequentAnswerShare() > MOST_FREQUENT_ANSWER
        && evidence.frequentAnswerImages() < DOMINANT_CLASS) {
      return Ruling.ONE_ANSWER;
    }
    return evidence
        .comparison()
        .flatMap(this::compared)
        .orElse(activate ? Ruling.ACCEPTED : Ruling.ACTIVATION_OFF);
  }

  /**
   * Few images decide nothing, neither by the test nor by the tolerance: with tolerance 0, a single
   * image would reject a candidate.
   */
  private Optional<Ruling> compared(Evidence.Comparison comparison) {
    if (comparison.images() < FEWEST_IMAGES || comparison.discordant() < FEWEST_DISCORDANT) {
      return Optional.of(Ruling.TOO_FEW_IMAGES);
    }
    if (comparison.worseP() < SIGNIFICANCE) {
      return Optional.of(Ruling.WORSE_THAN_LIVE);
    }
    // in decimals: 0.29 · 100 is less than 29 in binary
    BigDecimal allowed =
        BigDecimal.valueOf(tolerance).multiply(BigDecimal.valueOf(comparison.images()));
    int lost = comparison.liveRight() - comparison.right();
    return BigDecimal.valueOf(lost).compareTo(allowed) > 0
        ? Optional.of(Ruling.BEYOND_TOLERANCE)
        : Optional.empty();
  }
}
