package io.github.vanillanet.train.gate;

import io.github.vanillanet.train.jobs.Evidence;
import io.github.vanillanet.train.jobs.Ruling;
import java.util.Locale;
import java.util.Optional;

/** Rulings in words, with the numbers that they follow from. */
final class Reasons {

  private static final double MOST_OF_THE_IMAGES = 0.5;

  private Reasons() {}

  /**
   * @return empty if the candidate is accepted
   */
  static Optional<String> of(Ruling ruling, Evidence evidence, double tolerance) {
    return switch (ruling) {
      case NOT_FINITE ->
          text(
              "The candidate's logits are not finite for %d of %d validation images. Lower the"
                  + " learning rate.",
              evidence.notFinite(), evidence.images());
      case NOT_BETTER_THAN_MAJORITY -> Optional.of(notBetter(evidence));
      case ONE_ANSWER ->
          text(
              "The candidate answers '%s' for %s of the %d validation images, but only %s of them"
                  + " are of this class; expected at most %s. Balance the classes or train longer.",
              evidence.frequentAnswer(),
              percent(evidence.frequentAnswerShare()),
              evidence.images(),
              percent(evidence.frequentAnswerImages()),
              percent(Rules.MOST_FREQUENT_ANSWER));
      case TOO_FEW_IMAGES ->
          text(
              "There are too few images to decide whether the candidate is better or worse: %s"
                  + " Expected at least %d images, and at least %d that only one version answers"
                  + " correctly. The candidate is published but not activated.",
              compared(evidence), Rules.FEWEST_IMAGES, Rules.FEWEST_DISCORDANT);
      case WORSE_THAN_LIVE ->
          text(
              "The candidate is worse than the live version: %s A difference this large or larger"
                  + " has probability p = %s if both are equally good; expected at least %.2f.",
              compared(evidence),
              probability(evidence.comparison().orElseThrow().worseP()),
              Rules.SIGNIFICANCE);
      case BEYOND_TOLERANCE ->
          text(
              "The candidate's accuracy is lower than the live version's by more than the tolerance"
                  + " of %s: %s",
              tolerance, compared(evidence));
      case ACTIVATION_OFF ->
          Optional.of("The request has activate: false. The candidate is published only.");
      case ACCEPTED -> Optional.empty();
      case LABELS_CHANGED ->
          throw new IllegalArgumentException("this ruling does not follow from evidence");
    };
  }

  private static String notBetter(Evidence evidence) {
    if (evidence.images() == 0) {
      return "No validation image can be decoded, so nothing shows that the candidate is good.";
    }
    return String.format(
        Locale.ROOT,
        "The validation images do not show that the candidate is better than an answer that is"
            + " always '%s': %s. The difference can be chance (p = %s, expected at most %.2f). The"
            + " most frequent answer is '%s', with %s of all answers. Check the labels, add"
            + " validation images%s or train longer.",
        evidence.majorityClass(),
        correct(evidence),
        probability(evidence.majorityP()),
        Rules.SIGNIFICANCE,
        evidence.frequentAnswer(),
        percent(evidence.frequentAnswerShare()),
        evidence.majorityShare() > MOST_OF_THE_IMAGES ? " of the other classes," : "");
  }

  private static String correct(Evidence evidence) {
    return String.format(
        Locale.ROOT,
        "it answers %d of %d images correctly (%s), and %d of them are of this class (%s)",
        evidence.right(),
        evidence.images(),
        percent(evidence.accuracy()),
        Math.round(evidence.majorityShare() * evidence.images()),
        percent(evidence.majorityShare()));
  }

  /**
   * The decision in words, for every ruling.
   *
   * @param reason absent if the candidate is accepted
   */
  static String verdict(Optional<String> reason, Evidence evidence) {
    return reason.orElseGet(
        () ->
            String.format(
                Locale.ROOT,
                "The candidate is published and activated. It is better than an answer that is"
                    + " always '%s' (p = %s): %s. %s",
                evidence.majorityClass(),
                probability(evidence.majorityP()),
                correct(evidence),
                evidence.comparison().isPresent()
                    ? "Compared with the live version, " + compared(evidence)
                    : "There is no live version to compare with."));
  }

  /** One or two full sentences. */
  private static String compared(Evidence evidence) {
    Evidence.Comparison comparison = evidence.comparison().orElseThrow();
    int left = comparison.leftOut().orElse(0);
    return String.format(
        Locale.ROOT,
        "on %d images its accuracy is %.4f, and that of live version %d is %.4f; %d images only the"
            + " live version answers correctly, %d only the candidate.%s",
        comparison.images(),
        comparison.accuracy(),
        comparison.liveVersion(),
        comparison.liveAccuracy(),
        comparison.onlyLiveRight(),
        comparison.onlyCandidateRight(),
        left == 0
            ? ""
            : " %d validation images are left out because a version was trained on them."
                .formatted(left));
  }

  private static Optional<String> text(String format, Object... facts) {
    return Optional.of(String.format(Locale.ROOT, format, facts));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** Two significant digits. */
  private static String probability(double p) {
    return String.format(Locale.ROOT, p >= 0.001 ? "%.2g" : "%.1e", p);
  }
}
