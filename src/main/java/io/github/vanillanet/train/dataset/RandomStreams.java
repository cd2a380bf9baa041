package io.github.vanillanet.train.dataset;

import java.util.SplittableRandom;

/**
 * Where every random draw of this package comes from: a generator that is a pure function of (seed,
 * epoch, index). No generator is kept, so threads, resumes and the order of work change nothing.
 */
final class RandomStreams {

  /** Sample indices are 0 or more, so this one is free. */
  private static final long ORDER = -1;

  private RandomStreams() {}

  /** All draws for one sample in one epoch. The caller owns the generator; one thread. */
  static SplittableRandom ofSample(long seed, int epoch, int index) {
    return new SplittableRandom(mix(mix(mix(seed) ^ epoch) ^ index));
  }

  /** The draws for the order of one epoch. */
  static SplittableRandom ofOrder(long seed, int epoch) {
    return new SplittableRandom(mix(mix(mix(seed) ^ epoch) ^ ORDER));
  }

  /**
   * A bijection of the 64-bit numbers in which each input bit changes about half of the output's:
   * the finaliser of SplitMix64, shifted by its golden-ratio step so that 0 does not map to 0.
   *
   * @see <a href="https://doi.org/10.1145/2660193.2660195">Steele et al., Fast splittable
   *     pseudorandom number generators</a>
   */
  static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
