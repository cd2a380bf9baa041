package io.github.vanillanet.train.loop;

/**
 * Slope of the LeakyReLU between each pair of convolutions, set before each epoch. It grows from 0,
 * a ReLU, to 1, the identity, at which the pair can be fused.
 *
 * @param decayEpochs first epoch with slope 1; 0 keeps the slope at 1 from the start
 * @param linear true: linear growth; false: half a cosine
 * @see <a href="https://arxiv.org/abs/2305.12972">VanillaNet, section 3.1, deep training</a>
 */
public record SlopeSchedule(int decayEpochs, boolean linear) {

  /**
   * @param epoch 0-based
   */
  double at(int epoch) {
    if (epoch >= decayEpochs) {
      return 1;
    }
    double progress = (double) epoch / decayEpochs;
    return linear ? progress : 0.5 * (1 - Math.cos(Math.PI * progress));
  }
}
