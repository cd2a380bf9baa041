package io.github.vanillanet.train.gate;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The mean recall of the classes that have images, with the 95 % interval of a stratified
 * bootstrap: each draw takes as many images of a class as there are, with replacement.
 *
 * @param value 0 if there are no images
 * @param low 2.5th percentile of the draws
 * @param high 97.5th percentile
 */
record BalancedAccuracy(double value, double low, double high) {

  private static final int DRAWS = 2_000;
  private static final double TAIL = 0.025;

  /** Gives the same interval for the same seed. */
  static BalancedAccuracy of(ConfusionMatrix matrix, long seed) {
    int[] right = matrix.rightPerClass();
    int[] images = matrix.imagesPerClass();
    double[] recalls = new double[right.length];
    for (int c = 0; c < recalls.length; c++) {
      recalls[c] = right[c];
    }
    double[] draws = new double[DRAWS];
    SplittableRandom random = new SplittableRandom(seed);
    for (int draw = 0; draw < DRAWS; draw++) {
      double[] drawn = new double[recalls.length];
      for (int c = 0; c < drawn.length; c++) {
        drawn[c] = draw(random, right[c], images[c]);
      }
      draws[draw] = meanRecall(drawn, images);
    }
    Arrays.sort(draws);
    int below = (int) (TAIL * DRAWS);
    return new BalancedAccuracy(
        meanRecall(recalls, images), draws[below], draws[DRAWS - 1 - below]);
  }

  /** Correct answers among {@code images} images that are drawn with replacement. */
  private static int draw(SplittableRandom random, int right, int images) {
    if (right == 0 || right == images) {
      return right;
    }
    int drawn = 0;
    for (int i = 0; i < images; i++) {
      drawn += random.nextInt(images) < right ? 1 : 0;
    }
    return drawn;
  }

  private static double meanRecall(double[] right, int[] images) {
    double sum = 0;
    int classes = 0;
    for (int c = 0; c < images.length; c++) {
      if (images[c] > 0) {
        sum += right[c] / images[c];
        classes++;
      }
    }
    return classes == 0 ? 0 : sum / classes;
  }
}
