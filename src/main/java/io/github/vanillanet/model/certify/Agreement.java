package io.github.vanillanet.model.certify;

/**
 * How far two evaluations of the same probes lie apart.
 *
 * @param maxDelta largest |Δlogit|; not a number when one of the two was not finite
 * @param bound largest |Δlogit| that is allowed: relative to max(1, max|logit|)
 * @param top1 fraction of probes with the same class first, 0..1
 */
public record Agreement(double maxDelta, double bound, double top1) {

  /** Compares row by row; both are {@code [n × classes]}. */
  static Agreement between(
      double[] reference, double[] candidate, int classes, double relativeBound) {
    if (reference.length != candidate.length) {
      throw new IllegalArgumentException(
          "%d reference logits, %d candidates".formatted(reference.length, candidate.length));
    }
    double maxDelta = 0;
    double maxLogit = 0;
    for (int i = 0; i < reference.length; i++) {
      maxLogit = Math.max(maxLogit, Math.abs(reference[i]));
      maxDelta = Math.max(maxDelta, Math.abs(reference[i] - candidate[i])); // NaN wins
    }
    int rows = reference.length / classes;
    int same = 0;
    for (int row = 0; row < rows; row++) {
      if (argmax(reference, row * classes, classes) == argmax(candidate, row * classes, classes)) {
        same++;
      }
    }
    double bound = relativeBound * Math.max(1, maxLogit);
    return new Agreement(maxDelta, bound, (double) same / rows);
  }

  private static int argmax(double[] values, int from, int length) {
    int best = from;
    for (int i = from + 1; i < from + length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best - from;
  }

  /** True if the difference is a number within the bound. */
  public boolean holds() {
    return maxDelta <= bound;
  }
}
