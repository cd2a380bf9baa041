package io.github.vanillanet.train.dataset;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * Overwrites one box of a normalised sample with N(0, 1) noise, drawn per pixel and channel. Ten
 * tries to find a box smaller than the image. Thread-safe.
 *
 * @param probability of erasing a sample, from 0 to 1; 0.25 in the official recipe
 * @see <a href="https://arxiv.org/abs/1708.04896">Random erasing</a>
 */
public record RandomErasing(double probability) {

  private static final int TRIES = 10;

  /** Bounds of the box's share of the image. */
  private static final double MIN_AREA = 0.02;

  private static final double MAX_AREA = 1.0 / 3;

  /** Bounds of height / width. */
  private static final double MIN_ASPECT = 0.3;

  private static final double MAX_ASPECT = 1 / 0.3;

  /**
   * @param chw holds a sample [3, height, width] at {@code offset}; written by absolute puts
   */
  void apply(FloatBuffer chw, int offset, int height, int width, SplittableRandom random) {
    if (random.nextDouble() >= probability) {
      return;
    }
    for (int i = 0; i < TRIES; i++) {
      double area = RandomStreams.uniform(random, MIN_AREA, MAX_AREA) * height * width;
      double aspect = RandomStreams.logUniform(random, MIN_ASPECT, MAX_ASPECT);
      int rows = (int) Math.rint(Math.sqrt(area * aspect));
      int columns = (int) Math.rint(Math.sqrt(area / aspect));
      if (rows < height && columns < width) {
        int start = offset + random.nextInt(height - rows + 1) * width;
        start += random.nextInt(width - columns + 1);
        for (int row = 0; row < 3 * rows; row++) {
          int at = start + row / rows * height * width + row % rows * width;
          for (int column = 0; column < columns; column++) {
            chw.put(at + column, (float) random.nextGaussian());
          }
        }
        return;
      }
    }
  }
}
