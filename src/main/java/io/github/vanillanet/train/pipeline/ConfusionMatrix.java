package io.github.vanillanet.train.pipeline;

import java.util.ArrayList;
import java.util.List;

/**
 * How often each class was taken for which.
 *
 * @param counts {@code [true class][answered class]}; nobody writes them after construction
 * @param notFinite answers with a logit that was no finite number: counted as wrong
 */
record ConfusionMatrix(long[][] counts, long notFinite) {

  /** One class's row of the report; a share of nothing is 0. */
  record ClassScore(String label, long images, double precision, double recall) {}

  /** Share of right answers, 0..1. */
  double accuracy() {
    long right = 0;
    long all = notFinite;
    for (int truth = 0; truth < counts.length; truth++) {
      right += counts[truth][truth];
      for (long count : counts[truth]) {
        all += count;
      }
    }
    return share(right, all);
  }

  List<ClassScore> scores(List<String> labels) {
    List<ClassScore> scores = new ArrayList<>();
    for (int c = 0; c < counts.length; c++) {
      long images = 0;
      long answered = 0;
      for (int other = 0; other < counts.length; other++) {
        images += counts[c][other];
        answered += counts[other][c];
      }
      scores.add(
          new ClassScore(
              labels.get(c), images, share(counts[c][c], answered), share(counts[c][c], images)));
    }
    return scores;
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
