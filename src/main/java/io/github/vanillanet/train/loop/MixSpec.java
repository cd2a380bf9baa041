package io.github.vanillanet.train.loop;

import io.github.vanillanet.train.dataset.RandomStreams;
import java.util.random.RandomGenerator;

/**
 * Which batches are mixed with their mirror image, and how: timm's {@code Mixup} in batch mode. A
 * mixed batch has an even number of samples, or its middle one stays as it is.
 *
 * @param mixup alpha of the Beta(alpha, alpha) that blends whole images; 0 for never
 * @param cutmix alpha of the Beta that sizes a pasted box; 0 for never
 */
record MixSpec(double mixup, double cutmix) {

  /** Share of the batches that are mixed at all. */
  private static final double MIXED_SHARE = 1;

  /** Share of cutmix if both are on. */
  private static final double CUTMIX_SHARE = 0.5;

  /** What happens to the batch of one step: the same for the same arguments, always. */
  Mixing at(long seed, long step, int height, int width) {
    RandomGenerator random = RandomStreams.of(seed, RandomStreams.Purpose.MIXING, step);
    if ((mixup == 0 && cutmix == 0) || random.nextDouble() >= MIXED_SHARE) {
      return Mixing.NONE;
    }
    boolean cut = mixup == 0 || (cutmix > 0 && random.nextDouble() < CUTMIX_SHARE);
    double lambda = RandomStreams.beta(random, cut ? cutmix : mixup);
    return cut ? box(random, lambda, height, width) : Mixing.mixup(lambda);
  }

  /** A box of 1 − λ of the image around a random centre; λ is corrected for what lies outside. */
  private static Mixing box(RandomGenerator random, double lambda, int height, int width) {
    double ratio = Math.sqrt(1 - lambda);
    int halfHeight = (int) (height * ratio) / 2;
    int halfWidth = (int) (width * ratio) / 2;
    int row = random.nextInt(height);
    int column = random.nextInt(width);
    int top = Math.max(0, row - halfHeight);
    int left = Math.max(0, column - halfWidth);
    int rows = Math.min(height, row + halfHeight) - top;
    int columns = Math.min(width, column + halfWidth) - left;
    double share = 1 - (double) rows * columns / ((double) height * width);
    return share == 1 ? Mixing.NONE : new Mixing(share, top, rows, left, columns);
  }
}
