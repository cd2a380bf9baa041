package io.github.vanillanet.train.loop;

import io.github.vanillanet.train.dataset.RandomStreams;
import java.util.SplittableRandom;

/**
 * How one batch is mixed with itself in reverse order: timm's {@code Mixup} in batch mode. If the
 * box is empty, mixup: x·λ + reversed·(1 − λ). Otherwise cutmix: the box is taken from the reversed
 * batch. In a batch of odd size, the middle sample does not change.
 *
 * @param lambda weight of the own label; 1 leaves the batch unchanged
 * @param top first row of the box
 * @param height rows of the box
 * @param left first column of the box
 * @param width columns of the box
 */
record Mixing(double lambda, int top, int height, int left, int width) {

  static final Mixing NONE = new Mixing(1, 0, 0, 0, 0);

  private static final double CUTMIX_PROBABILITY = 0.5;

  /**
   * Draws the mixing of one step: a pure function.
   *
   * @param mixup alpha of the Beta(alpha, alpha) of λ; 0 disables mixup
   * @param cutmix alpha of the Beta(alpha, alpha) of the area outside the box; 0 disables cutmix
   * @param height of the images
   * @param width of the images
   */
  static Mixing of(double mixup, double cutmix, long seed, long step, int height, int width) {
    SplittableRandom random = RandomStreams.of(seed, RandomStreams.Purpose.MIXING, step);
    if (mixup == 0 && cutmix == 0) {
      return NONE;
    }
    random.nextDouble(); // timm draws whether to mix, with probability 1
    boolean cut = mixup == 0 || (cutmix > 0 && random.nextDouble() < CUTMIX_PROBABILITY);
    double lambda = RandomStreams.beta(random, cut ? cutmix : mixup);
    return cut ? box(random, lambda, height, width) : mixup(lambda);
  }

  static Mixing mixup(double lambda) {
    return new Mixing(lambda, 0, 0, 0, 0);
  }

  /** A box with 1 − λ of the area around a random centre, clipped to the image; corrects λ. */
  private static Mixing box(SplittableRandom random, double lambda, int height, int width) {
    double ratio = Math.sqrt(1 - lambda);
    int halfHeight = (int) (height * ratio) / 2;
    int halfWidth = (int) (width * ratio) / 2;
    int row = random.nextInt(height);
    int column = random.nextInt(width);
    int top = Math.max(0, row - halfHeight);
    int left = Math.max(0, column - halfWidth);
    int rows = Math.min(height, row + halfHeight) - top;
    int columns = Math.min(width, column + halfWidth) - left;
    double outside = 1 - (double) rows * columns / ((double) height * width);
    return outside == 1 ? NONE : new Mixing(outside, top, rows, left, columns);
  }
}
