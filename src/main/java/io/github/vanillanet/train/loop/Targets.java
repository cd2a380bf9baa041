package io.github.vanillanet.train.loop;

/**
 * Rows of class weights for a batch: the label's class gets 1 − s + s/K, every other s/K, and a
 * mixed batch λ of its own row and 1 − λ of its mirror image's, as timm's {@code mixup_target}.
 */
final class Targets {

  private Targets() {}

  /**
   * @param smoothing s, 0 for hard labels
   * @param lambda 1 for unmixed batches
   * @return {@code [n × classes]}
   */
  static float[] of(int[] labels, int classes, double smoothing, double lambda) {
    float[] rows = new float[labels.length * classes];
    double off = smoothing / classes;
    double on = 1 - smoothing + off;
    for (int i = 0; i < labels.length; i++) {
      int own = label(labels[i], classes);
      int other = label(labels[labels.length - 1 - i], classes);
      for (int k = 0; k < classes; k++) {
        double weight = lambda * (k == own ? on : off) + (1 - lambda) * (k == other ? on : off);
        rows[i * classes + k] = (float) weight;
      }
    }
    return rows;
  }

  private static int label(int label, int classes) {
    if (label < 0 || label >= classes) {
      throw new IllegalArgumentException(
          "expected labels 0 to %d, found %d".formatted(classes - 1, label));
    }
    return label;
  }
}
