package io.github.vanillanet.train.gate;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts of the answers to labelled images.
 *
 * @param counts {@code [true class][answered class]}; not written after construction
 * @param notFinite answers with a logit that is not finite; they count as wrong
 */
public record ConfusionMatrix(long[][] counts, long notFinite) {

  /** The scores of one class; 0 if there are no images to compute one from. */
  public record ClassScore(String label, long images, double precision, double recall) {}

  public double accuracy() {
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

  public List<ClassScore> scores(List<String> labels) {
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
