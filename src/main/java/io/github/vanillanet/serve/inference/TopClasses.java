package io.github.vanillanet.serve.inference;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Logits to probabilities and labels. */
final class TopClasses {

  private TopClasses() {}

  /**
   * Softmax in float64, then the {@code count} most probable classes; of equals the lower index
   * comes first.
   */
  static List<Prediction> of(float[] logits, List<String> labels, int count) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max); // at most 1: never overflows
    }
    Comparator<Integer> better =
        Comparator.<Integer>comparingDouble(index -> -logits[index])
            .thenComparing(Comparator.naturalOrder());
    PriorityQueue<Integer> best = new PriorityQueue<>(better.reversed());
    for (int index = 0; index < logits.length; index++) {
      best.add(index);
      if (best.size() > count) {
        best.poll();
      }
    }
    double total = sum;
    double largest = max;
    return best.stream()
        .sorted(better)
        .map(
            index ->
                new Prediction(index, labels.get(index), Math.exp(logits[index] - largest) / total))
        .toList();
  }
}
