package io.github.vanillanet.train.loop;

/** Sums up logits against labels, sample by sample. One thread. */
final class ClassScores {

  private int samples;
  private int right;
  private double loss;

  /**
   * @param logits {@code [n × classes]}
   * @param labels {@code [n]}
   */
  void add(float[] logits, int[] labels) {
    int classes = logits.length / labels.length;
    for (int i = 0; i < labels.length; i++) {
      int from = i * classes;
      int best = from;
      for (int k = from + 1; k < from + classes; k++) {
        best = logits[k] > logits[best] ? k : best;
      }
      double sum = 0;
      for (int k = from; k < from + classes; k++) {
        sum += Math.exp((double) logits[k] - logits[best]);
      }
      loss += Math.log(sum) + logits[best] - logits[from + labels[i]];
      right += best == from + labels[i] ? 1 : 0;
      samples++;
    }
  }

  Evaluation result() {
    int divisor = Math.max(1, samples);
    return new Evaluation(samples, loss / divisor, (double) right / divisor);
  }
}
