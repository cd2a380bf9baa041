package io.github.vanillanet.train.dataset;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * Overwrites one box of a normalised sample with N(0, 1) noise, another value per pixel and
 * channel. Ten tries to find a box smaller than the picture. Immutable; any thread.
 *
 * @param share how often, 0 to 1, a sample is erased
 * @param minArea least share of the picture
 * @param maxArea greatest share of the picture
 * @param minAspect least height / width; drawn evenly in its logarithm
 * @param maxAspect greatest height / width
 * @see <a href="https://arxiv.org/abs/1708.04896">Random erasing</a>
 */
public record RandomErasing(
    double share, double minArea, double maxArea, double minAspect, double maxAspect) {

  private static final int TRIES = 10;

  public RandomErasing {
    if (!(0 <= share && share <= 1)
        || !(0 < minArea && minArea <= maxArea && maxArea <= 1)
        || !(0 < minAspect && minAspect <= maxAspect)) {
      throw new IllegalArgumentException(
          "expected share 0-1, 0 < area <= 1, aspect > 0 in order, found %s, %s-%s, %s-%s"
              .formatted(share, minArea, maxArea, minAspect, maxAspect));
    }
  }

  /** Area 2 % to a third, aspect 0.3 to 1/0.3; the recipe's share is 0.25. */
  public static RandomErasing ofShare(double share) {
    return new RandomErasing(share, 0.02, 1.0 / 3, 0.3, 1 / 0.3);
  }

  /** Leaves every sample as it is. */
  public static RandomErasing none() {
    return ofShare(0);
  }

  /**
   * @param chw holds a sample of [3, height, width] at {@code offset}; written by absolute puts
   */
  void apply(FloatBuffer chw, int offset, int height, int width, SplittableRandom random) {
    if (random.nextDouble() >= share) {
      return;
    }
    for (int i = 0; i < TRIES; i++) {
      double area = Draws.uniform(random, minArea, maxArea) * height * width;
      double aspect = Draws.logUniform(random, minAspect, maxAspect);
      int rows = (int) Math.rint(Math.sqrt(area * aspect));
      int columns = (int) Math.rint(Math.sqrt(area / aspect));
      if (rows < height && columns < width) {
        int start = offset + random.nextInt(height - rows + 1) * width;
        start += random.nextInt(width - columns + 1);
        fill(chw, start, height * width, rows, columns, width, random);
        return;
      }
    }
  }

  private static void fill(
      FloatBuffer chw,
      int start,
      int plane,
      int rows,
      int columns,
      int width,
      SplittableRandom random) {
    for (int channel = 0; channel < 3; channel++) {
      for (int row = 0; row < rows; row++) {
        int at = start + channel * plane + row * width;
        for (int column = 0; column < columns; column++) {
          chw.put(at + column, (float) random.nextGaussian());
        }
      }
    }
  }
}
