package io.github.vanillanet.train.gate;

import java.util.ArrayList;
import java.util.List;

/**
 * A reliability diagram: the images in bins of equal width by the probability of the best class.
 *
 * @param bins in ascending order, 15 of them
 */
public record Reliability(List<Bin> bins) {

  private static final int BINS = 15;

  /**
   * The images with a confidence in one interval, which contains its upper end.
   *
   * @param count of the images
   * @param confidence mean of the highest probability, 0 without images
   * @param accuracy share of correct answers, 0 without images
   */
  public record Bin(int count, double confidence, double accuracy) {}

  /**
   * @param images indices of samples with finite logits
   */
  static Reliability of(Scores scores, int[] images) {
    int[] counts = new int[BINS];
    int[] right = new int[BINS];
    double[] confidences = new double[BINS];
    for (int image : images) {
      double[] probabilities = scores.probabilities(image);
      int best = Scores.largest(probabilities);
      int bin = (int) Math.ceil(BINS * probabilities[best]) - 1;
      bin = Math.max(0, Math.min(BINS - 1, bin));
      counts[bin]++;
      right[bin] += best == scores.label(image) ? 1 : 0;
      confidences[bin] += probabilities[best];
    }
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < BINS; i++) {
      int count = Math.max(1, counts[i]);
      bins.add(new Bin(counts[i], confidences[i] / count, (double) right[i] / count));
    }
    return new Reliability(List.copyOf(bins));
  }

  /** Expected calibration error: the mean of |accuracy − confidence|, weighted by the counts. */
  double error() {
    int images = bins.stream().mapToInt(Bin::count).sum();
    return bins.stream()
            .mapToDouble(bin -> bin.count() * Math.abs(bin.accuracy() - bin.confidence()))
            .sum()
        / Math.max(1, images);
  }
}
