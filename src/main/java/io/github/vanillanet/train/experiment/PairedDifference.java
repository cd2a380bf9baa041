package io.github.vanillanet.train.experiment;

import java.util.List;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The mean of paired differences with its 95 % interval: mean ± t · sd / √n, where t is the 97.5 %
 * quantile of Student's distribution with n − 1 degrees of freedom.
 *
 * @param pairs n
 * @param halfWidth of the interval; infinite with fewer than three pairs or equal differences,
 *     which say nothing about chance: accuracies are multiples of one image
 */
public record PairedDifference(int pairs, double mean, double halfWidth) {

  private static final double QUANTILE = 0.975;
  private static final int LEAST_PAIRS = 3;
  private static final double SMALLEST_DEVIATION = 1e-9;

  /** What an experiment says about a claim. */
  public enum Verdict {
    /** The whole interval has the sign of the published difference. */
    REPRODUCED,
    /** The whole interval has the other sign. */
    CONTRADICTED,
    /** The interval contains 0. */
    UNDECIDED
  }

  public static PairedDifference of(List<Double> differences) {
    Spread spread = Spread.of(differences);
    int pairs = differences.size();
    double halfWidth =
        pairs < LEAST_PAIRS || spread.deviation() < SMALLEST_DEVIATION
            ? Double.POSITIVE_INFINITY
            : TDistribution.of(pairs - 1).inverseCumulativeProbability(QUANTILE)
                * spread.deviation()
                / Math.sqrt(pairs);
    return new PairedDifference(pairs, spread.mean(), halfWidth);
  }

  public double low() {
    return mean - halfWidth;
  }

  public double high() {
    return mean + halfWidth;
  }

  /** The verdict on the claim that the difference is positive. */
  public Verdict verdict() {
    if (low() > 0) {
      return Verdict.REPRODUCED;
    }
    return high() < 0 ? Verdict.CONTRADICTED : Verdict.UNDECIDED;
  }
}
