package io.github.vanillanet.train.loop;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Random numbers as a function of (seed, purpose, step). The engine's own generator cannot be
 * saved; a draw that depends on nothing else is the same after a resume.
 */
final class Draws {

  /** Streams of one seed that must not repeat one another. */
  enum Purpose {
    WEIGHTS,
    MIXING,
    DROPOUT
  }

  private static final long ODD = 0x9e3779b97f4a7c15L;

  private Draws() {}

  static RandomGenerator of(long seed, Purpose purpose, long step) {
    long stream = new SplittableRandom(seed).nextLong() + purpose.ordinal();
    return new SplittableRandom(new SplittableRandom(stream * ODD).nextLong() + step * ODD);
  }

  /** From Beta(alpha, alpha): a share of two equal gamma variates. */
  static double beta(RandomGenerator random, double alpha) {
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
