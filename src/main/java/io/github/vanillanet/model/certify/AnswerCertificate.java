package io.github.vanillanet.model.certify;

import io.github.vanillanet.model.network.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The answers of a reduced precision compared with those of float32, on calibration images in two
 * halves. The first half gives the ranges and the threshold, the second one only the counts. An
 * answer as served is float32's own if the {@link SafetyNet} computes it again.
 *
 * @param rangesImages size of the first half
 * @param judgementImages size of the second half
 * @param threshold of the safety net: the largest margin of an answer of the first half whose best
 *     class differs from float32's, with an allowance
 * @param rawAgreed images of the second half with float32's best class without the safety net
 * @param agreed images of the second half with float32's best class as served
 * @param recomputed images of the second half that are computed again in float32
 * @param top1Change accuracy as served minus float32's accuracy on the second half, -1..1; empty
 *     without labels
 * @param logitDifference largest |Δlogit| on the second half, as a fraction of the largest |logit|;
 *     for information
 * @param goldenLogits the reduced precision's own answers to the probes of the certificate,
 *     [probes, classes]
 */
public record AnswerCertificate(
    Precision precision,
    int rangesImages,
    int judgementImages,
    double threshold,
    int rawAgreed,
    int agreed,
    int recomputed,
    Optional<Double> top1Change,
    double logitDifference,
    List<List<Float>> goldenLogits) {

  /** Least number of calibration images in both halves together. */
  public static final int LEAST_IMAGES = 1000;

  /** Lower bound of the agreement as served. */
  static final double LEAST_AGREEMENT = 0.99;

  static final double LEAST_RAW_AGREEMENT = 0.95;

  /** Of the standard normal distribution: one-sided 95 %. */
  private static final double QUANTILE = 1.645;

  public AnswerCertificate {
    goldenLogits = goldenLogits.stream().map(List::copyOf).toList();
    if (judgementImages < 1
        || Math.min(rawAgreed, recomputed) < 0
        || agreed < rawAgreed
        || agreed > judgementImages
        || recomputed > judgementImages) {
      throw new IllegalArgumentException(
          "expected counts of %d images, found %d raw agreed, %d agreed, %d recomputed"
              .formatted(judgementImages, rawAgreed, agreed, recomputed));
    }
    if (!(threshold >= 0 && Double.isFinite(threshold))) {
      throw new IllegalArgumentException("threshold: expected 0 or more, found " + threshold);
    }
  }

  /** Share of the second half with float32's best class without the safety net, 0..1. */
  public double rawAgreement() {
    return (double) rawAgreed / judgementImages;
  }

  /** Share of the second half with float32's best class as served, 0..1. */
  public double agreement() {
    return (double) agreed / judgementImages;
  }

  /** Share of the second half that is computed again in float32, 0..1. */
  public double recomputedShare() {
    return (double) recomputed / judgementImages;
  }

  /**
   * One-sided 95 % lower bound of the agreement as served.
   *
   * @see <a href="https://doi.org/10.1080/01621459.1927.10502953">Wilson's score interval</a>
   */
  public double lowerBound() {
    double n = judgementImages;
    double share = agreed / n;
    double z2 = QUANTILE * QUANTILE;
    double centre = share + z2 / (2 * n);
    double spread = QUANTILE * Math.sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    return (centre - spread) / (1 + z2 / n);
  }

  /** Why the precision may not be served; empty if it may. */
  public Optional<String> refusal() {
    List<String> reasons = new ArrayList<>();
    int images = Math.min(rangesImages, judgementImages);
    if (images < LEAST_IMAGES / 2) {
      reasons.add("expected %d images in each half, found %d".formatted(LEAST_IMAGES / 2, images));
    }
    if (rawAgreement() < LEAST_RAW_AGREEMENT) {
      reasons.add(
          format(
              "the best class is float32's for %.2f %% of the images, expected at least %.0f %%",
              100 * rawAgreement(), 100 * LEAST_RAW_AGREEMENT));
    }
    if (lowerBound() < LEAST_AGREEMENT) {
      reasons.add(
          format(
              "with answers computed again in float32 the best class is float32's for %.2f %% of"
                  + " %d images, which proves at least %.2f %%, expected at least %.0f %%",
              100 * agreement(), judgementImages, 100 * lowerBound(), 100 * LEAST_AGREEMENT));
    }
    return reasons.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", reasons));
  }

  private static String format(String text, Object... arguments) {
    return String.format(Locale.ROOT, text, arguments);
  }
}
