package io.github.vanillanet.train.gate;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/** Tails of the binomial distribution, without a normal approximation. */
final class Binomial {

  private Binomial() {}

  /**
   * The probability of at least {@code successes} successes.
   *
   * @param probability of one success, from 0 to 1
   */
  static double atLeast(int successes, int trials, double probability) {
    return BinomialDistribution.of(trials, probability).survivalProbability(successes - 1);
  }
}
