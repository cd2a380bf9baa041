package io.github.vanillanet.model.certify;

import java.util.List;

/**
 * Decides which answers of a reduced precision are computed again in float32: those whose two best
 * classes are close. Immutable.
 *
 * @param threshold an answer with a smaller margin is computed again; 0 for none
 * @param offsets added to the logits before they are compared, one per class; empty for none. They
 *     give the order of the probabilities that the service answers with
 */
public record SafetyNet(double threshold, List<Double> offsets) {

  public SafetyNet {
    if (!(threshold >= 0)) {
      throw new IllegalArgumentException("expected a threshold of 0 or more, found " + threshold);
    }
    offsets = List.copyOf(offsets);
  }

  /**
   * Returns whether an answer is to be computed again in float32. Logits that are not finite always
   * are.
   *
   * @param rows logits of one or more samples
   * @param from index of the sample's first logit
   * @param classes number of its logits
   */
  public boolean recomputes(float[] rows, int from, int classes) {
    return !(margin(rows, from, classes) >= threshold);
  }

  /**
   * The difference between the best and the second best class; infinite for one class, NaN if a
   * logit is not finite. Parameters are those of {@link #recomputes}.
   */
  public double margin(float[] rows, int from, int classes) {
    double best = Double.NEGATIVE_INFINITY;
    double second = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < classes; i++) {
      double score = score(rows, from, i);
      if (!Double.isFinite(score)) {
        return Double.NaN;
      }
      if (score > best) {
        second = best;
        best = score;
      } else if (score > second) {
        second = score;
      }
    }
    return best - second;
  }

  /**
   * Index of the best class, the first one of equals. Parameters are those of {@link #recomputes}.
   */
  public int best(float[] rows, int from, int classes) {
    int best = 0;
    for (int i = 1; i < classes; i++) {
      if (score(rows, from, i) > score(rows, from, best)) {
        best = i;
      }
    }
    return best;
  }

  private double score(float[] rows, int from, int index) {
    return rows[from + index] + (offsets.isEmpty() ? 0 : offsets.get(index));
  }
}
