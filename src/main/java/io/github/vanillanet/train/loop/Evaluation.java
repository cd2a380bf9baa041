package io.github.vanillanet.train.loop;

/**
 * Result of a network on some samples.
 *
 * @param loss mean cross entropy
 * @param accuracy share of samples whose largest logit belongs to their label, from 0 to 1
 */
public record Evaluation(int samples, double loss, double accuracy) {

  /** Adds up samples. One thread. */
  static final class Sum {

    private int samples;
    private int correct;
    private double loss;

    /**
     * @param logits [n × classes]
     * @param labels [n]
     */
    Sum add(float[] logits, int[] labels) {
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
        correct += best == from + labels[i] ? 1 : 0;
        samples++;
      }
      return this;
    }

    Evaluation mean() {
      int divisor = Math.max(1, samples);
      return new Evaluation(samples, loss / divisor, (double) correct / divisor);
    }
  }
}
