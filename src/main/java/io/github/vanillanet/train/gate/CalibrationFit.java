package io.github.vanillanet.train.gate;

import io.github.vanillanet.model.repository.Calibration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Fits a {@link Calibration} on validation images. A temperature other than 1 is used if it lowers
 * the loss in a cross-validation by more than two standard errors, and so is a bias.
 *
 * @param before of the logits
 * @param after of {@code heldOut}
 * @param heldOut scores of each image with values that were fitted without it
 */
public record CalibrationFit(
    Calibration calibration, Reliability before, Reliability after, Scores heldOut) {

  static final int FEWEST_IMAGES = 100;

  private static final int FEWEST_IMAGES_FOR_BIAS = 10; // of each class
  private static final int FOLDS = 5;
  private static final double STANDARD_ERRORS = 2;

  /**
   * @param logits of the validation images
   * @param allowBias false if the training balanced the classes, which a bias would undo
   * @param seed of the folds
   * @return empty if there are too few images, or a logit is not finite
   */
  static Optional<CalibrationFit> of(Scores logits, boolean allowBias, long seed) {
    int[] images = logits.finite();
    if (images.length < FEWEST_IMAGES) {
      return Optional.empty();
    }
    ScalingFit all = new ScalingFit(logits, images);
    int[] folds = folds(logits, images, seed);
    Scores heldOut = logits;
    Scaling scaling = Scaling.NONE;
    Scores scaled = heldOut(logits, images, folds, false);
    if (isBetter(scaled, heldOut, images)) {
      heldOut = scaled;
      scaling = all.temperature();
    }
    if (allowBias && hasEnoughOfEachClass(logits, images)) {
      Scores biased = heldOut(logits, images, folds, true);
      if (isBetter(biased, heldOut, images)) {
        heldOut = biased;
        scaling = all.temperatureAndBias(scaling);
      }
    }
    Reliability before = Reliability.of(logits, images);
    Reliability after = Reliability.of(heldOut, images);
    Calibration calibration =
        new Calibration(
            1 / scaling.sharpness(),
            Arrays.stream(scaling.bias()).boxed().toList(),
            images.length,
            before.error(),
            after.error());
    return Optional.of(new CalibrationFit(calibration, before, after, heldOut));
  }

  private static boolean hasEnoughOfEachClass(Scores logits, int[] images) {
    int[] counts = new int[logits.logits()[images[0]].length];
    Arrays.stream(images).forEach(image -> counts[logits.label(image)]++);
    return Arrays.stream(counts).allMatch(count -> count >= FEWEST_IMAGES_FOR_BIAS);
  }

  /** Gives every fold about the same number of images of each class. */
  private static int[] folds(Scores logits, int[] images, long seed) {
    List<Integer> order = new ArrayList<>(Arrays.stream(images).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    int[] folds = new int[logits.logits().length];
    int[] next = new int[logits.logits()[images[0]].length];
    for (int image : order) {
      int label = logits.label(image);
      folds[image] = (label + next[label]++) % FOLDS;
    }
    return folds;
  }

  private static Scores heldOut(Scores logits, int[] images, int[] folds, boolean bias) {
    List<Scaling> fitted = new ArrayList<>();
    for (int fold = 0; fold < FOLDS; fold++) {
      int current = fold;
      int[] others = Arrays.stream(images).filter(image -> folds[image] != current).toArray();
      ScalingFit fit = new ScalingFit(logits, others);
      Scaling temperature = fit.temperature();
      fitted.add(bias ? fit.temperatureAndBias(temperature) : temperature);
    }
    return logits.with(IntStream.of(folds).mapToObj(fitted::get).toList());
  }

  private static boolean isBetter(Scores scores, Scores other, int[] images) {
    double[] gains =
        Arrays.stream(images).mapToDouble(i -> other.loss(i) - scores.loss(i)).toArray();
    double mean = Arrays.stream(gains).average().orElse(0);
    double variance =
        Arrays.stream(gains).map(gain -> (gain - mean) * (gain - mean)).sum() / (gains.length - 1);
    return mean > STANDARD_ERRORS * Math.sqrt(variance / gains.length);
  }
}
