package io.github.vanillanet.model.certify;

/**
 * The difference between two evaluations of the same probes.
 *
 * @param maxDelta largest |Δlogit|; NaN if a logit is not finite
 * @param bound allowed |Δlogit|: a relative bound times max(1, max|logit|)
 * @param top1 fraction of probes with the same best class, 0..1
 */
public record Agreement(double maxDelta, double bound, double top1) {

  /**
   * Compares logits.
   *
   * @param reference [probes, classes]
   * @param candidate [probes, classes]
   */
  static Agreement between(
      double[] reference, double[] candidate, int classes, double relativeBound) {
    if (reference.length != candidate.length) {
      throw new IllegalArgumentException(
          "expected %d logits, found %d".formatted(reference.length, candidate.length));
    }
    double maxDelta = 0;
    double maxLogit = 0;
    for (int i = 0; i < reference.length; i++) {
      maxLogit = Math.max(maxLogit, Math.abs(reference[i]));
      maxDelta = Math.max(maxDelta, Math.abs(reference[i] - candidate[i])); // NaN if any is NaN
    }
    int rows = reference.length / classes;
    int same = 0;
    for (int row = 0; row < rows; row++) {
      if (best(reference, row * classes, classes) == best(candidate, row * classes, classes)) {
        same++;
      }
    }
    return new Agreement(maxDelta, relativeBound * Math.max(1, maxLogit), (double) same / rows);
  }

  private static int best(double[] values, int from, int length) {
    int best = from;
    for (int i = from + 1; i < from + length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
