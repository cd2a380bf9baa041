package io.github.vanillanet.train.dataset;

import java.util.SplittableRandom;

/** The distributions of the recipe that a generator does not have. */
final class Draws {

  private Draws() {}

  /** Even over low to high; also for low == high. */
  static double uniform(SplittableRandom random, double low, double high) {
    return low + random.nextDouble() * (high - low);
  }

  /** Even in the logarithm, so that an aspect and its inverse are as likely. */
  static double logUniform(SplittableRandom random, double low, double high) {
    return Math.exp(uniform(random, Math.log(low), Math.log(high)));
  }
}
