package io.github.vanillanet.train.loop;

import io.github.vanillanet.train.dataset.RandomStreams;
import java.util.random.RandomGenerator;

/** Dropout before the classifier, as factors: 0, or 1/(1 − rate) for what stays. */
final class DropoutMask {

  private DropoutMask() {}

  /**
   * @return {@code [samples × width]}; empty for rate 0
   */
  static float[] of(double rate, long seed, long step, int samples, int width) {
    if (rate == 0) {
      return new float[0];
    }
    RandomGenerator random = RandomStreams.of(seed, RandomStreams.Purpose.DROPOUT, step);
    float[] mask = new float[samples * width];
    float kept = (float) (1 / (1 - rate));
    for (int i = 0; i < mask.length; i++) {
      mask[i] = random.nextDouble() < rate ? 0 : kept;
    }
    return mask;
  }
}
