package io.github.vanillanet.train.dataset;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The random numbers of a training. Each generator is a pure function of the seed and of the place
 * where it is used; no generator is kept. Threads, resumes and the order of work therefore change
 * nothing, and nothing has to be saved in a checkpoint.
 */
public final class RandomStreams {

  /** Purposes of the draws that are made once per step or layer. */
  public enum Purpose {
    WEIGHTS,
    MIXING,
    DROPOUT
  }

  /** Takes the place of a sample index, which is never negative. */
  private static final long ORDER = -1;

  private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

  private RandomStreams() {}

  static SplittableRandom ofSample(long seed, int epoch, int index) {
    return new SplittableRandom(mix(mix(mix(seed) ^ epoch) ^ index));
  }

  /** Draws for the order of the samples in one epoch. */
  static SplittableRandom ofOrder(long seed, int epoch) {
    return new SplittableRandom(mix(mix(mix(seed) ^ epoch) ^ ORDER));
  }

  /**
   * Draws for one step or layer.
   *
   * @param position number of the step or layer
   */
  public static SplittableRandom of(long seed, Purpose purpose, long position) {
    long stream = (mix(seed) + purpose.ordinal()) * GOLDEN_RATIO;
    return new SplittableRandom(mix(stream) + position * GOLDEN_RATIO);
  }

  /**
   * A bijection of the 64-bit numbers in which each input bit changes about half of the output
   * bits: the first number of SplitMix64.
   *
   * @see <a href="https://doi.org/10.1145/2660193.2660195">Steele et al., Fast splittable
   *     pseudorandom number generators</a>
   */
  static long mix(long value) {
    return new SplittableRandom(value).nextLong();
  }

  /** Draws uniformly from {@code low} to {@code high}, which may be equal. */
  static double uniform(SplittableRandom random, double low, double high) {
    return low + random.nextDouble() * (high - low);
  }

  /** Draws uniformly in the logarithm, so that an aspect and its inverse are equally likely. */
  static double logUniform(SplittableRandom random, double low, double high) {
    return Math.exp(uniform(random, Math.log(low), Math.log(high)));
  }

  /** Draws from Beta(alpha, alpha): the share of one of two gamma variates in their sum. */
  public static double beta(RandomGenerator random, double alpha) {
    double a = gamma(random, alpha);
    double b = gamma(random, alpha);
    return a + b > 0 ? a / (a + b) : 0.5;
  }

  /** Marsaglia and Tsang, "A simple method for generating gamma variables", 2000. */
  private static double gamma(RandomGenerator random, double shape) {
    if (shape < 1) {
      double boost = Math.pow(1 - random.nextDouble(), 1 / shape);
      return gamma(random, shape + 1) * boost;
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = Math.pow(1 + c * x, 3);
      double u = 1 - random.nextDouble();
      if (v > 0 && Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
        return d * v;
      }
    }
  }
}
