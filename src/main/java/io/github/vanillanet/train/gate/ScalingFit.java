package io.github.vanillanet.train.gate;

import io.github.vanillanet.model.repository.Calibration;
import java.util.Arrays;

/**
 * Fits a {@link Scaling} to labelled logits: the one with the smallest mean loss. The loss is
 * convex in the sharpness and the bias.
 *
 * @param images indices of the samples to fit to, all with finite logits
 */
record ScalingFit(Scores scores, int[] images) {

  private static final double LEAST = 1 / Calibration.MAX_TEMPERATURE;
  private static final double MOST = 1 / Calibration.MIN_TEMPERATURE;

  /** Fits the sharpness, within the range of temperatures. */
  Scaling temperature() {
    double[] start = {1};
    double sharpness = Lbfgs.minimise((x, gradient) -> loss(x, gradient, true), start)[0];
    return new Scaling(limited(sharpness), new double[0]);
  }

  /**
   * Fits the sharpness and a bias with mean 0.
   *
   * @param start the fitted sharpness
   */
  Scaling temperatureAndBias(Scaling start) {
    double[] x = new double[1 + scores.logits()[images[0]].length];
    x[0] = start.sharpness();
    x = Lbfgs.minimise((at, gradient) -> loss(at, gradient, true), x);
    if (x[0] != limited(x[0])) {
      x[0] = limited(x[0]);
      x = Lbfgs.minimise((at, gradient) -> loss(at, gradient, false), x);
    }
    double mean = 0;
    for (int k = 1; k < x.length; k++) {
      mean += x[k] / (x.length - 1);
    }
    double[] bias = new double[x.length - 1];
    for (int k = 0; k < bias.length; k++) {
      bias[k] = x[k + 1] - mean;
    }
    return new Scaling(x[0], bias);
  }

  private static double limited(double sharpness) {
    return Math.max(LEAST, Math.min(MOST, sharpness));
  }

  /**
   * The mean loss and its gradient.
   *
   * @param x the sharpness, then the bias of each class if there is one
   * @param freeSharpness false to give the sharpness the gradient 0
   */
  private double loss(double[] x, double[] gradient, boolean freeSharpness) {
    double[] bias = Arrays.copyOfRange(x, 1, x.length);
    Scaling scaling = new Scaling(x[0], bias);
    Arrays.fill(gradient, 0);
    double loss = 0;
    for (int image : images) {
      float[] logits = scores.logits()[image];
      int label = scores.label(image);
      double[] errors = scaling.probabilities(logits);
      errors[label] -= 1;
      for (int k = 0; k < errors.length; k++) {
        double error = errors[k] / images.length;
        gradient[0] += freeSharpness ? error * logits[k] : 0;
        if (bias.length > 0) {
          gradient[k + 1] += error;
        }
      }
      loss += scaling.loss(logits, label) / images.length;
    }
    return loss;
  }
}
