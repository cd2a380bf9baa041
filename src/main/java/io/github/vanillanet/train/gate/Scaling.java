package io.github.vanillanet.train.gate;

import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.model.repository.StoredVersion;

/**
 * Maps logits to the scores that softmax is applied to: {@code sharpness · logits + bias}.
 *
 * @param sharpness 1 / temperature
 * @param bias one per class, or empty; not written after construction
 */
record Scaling(double sharpness, double[] bias) {

  /** The scores are the logits. */
  static final Scaling NONE = new Scaling(1, new double[0]);

  static Scaling of(Calibration calibration) {
    return new Scaling(
        1 / calibration.temperature(),
        calibration.bias().stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The scaling that the service applies to a version. */
  static Scaling of(StoredVersion version) {
    return version.manifest().calibration().map(Scaling::of).orElse(NONE);
  }

  double[] scores(float[] logits) {
    double[] scores = new double[logits.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = sharpness * logits[i] + (bias.length == 0 ? 0 : bias[i]);
    }
    return scores;
  }

  /** The probability of each class. */
  double[] probabilities(float[] logits) {
    double[] values = scores(logits);
    double max = Double.NEGATIVE_INFINITY;
    for (double score : values) {
      max = Math.max(max, score);
    }
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.exp(values[i] - max);
      sum += values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= sum;
    }
    return values;
  }

  /** −log p of class {@code label}, without an overflow for small p. */
  double loss(float[] logits, int label) {
    double[] scores = scores(logits);
    double max = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      max = Math.max(max, score);
    }
    double sum = 0;
    for (double score : scores) {
      sum += Math.exp(score - max);
    }
    return Math.log(sum) + max - scores[label];
  }
}
