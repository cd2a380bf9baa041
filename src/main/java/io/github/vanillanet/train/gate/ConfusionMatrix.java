package io.github.vanillanet.train.gate;

import io.github.vanillanet.train.jobs.Evidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

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
    return share(IntStream.of(rightPerClass()).sum(), images());
  }

  /** All images, with those whose logits are not finite. */
  int images() {
    return (int) (IntStream.of(imagesPerClass()).sum() + notFinite);
  }

  int[] rightPerClass() {
    return IntStream.range(0, counts.length).map(c -> (int) counts[c][c]).toArray();
  }

  /** Images of each class, without those whose logits are not finite. */
  int[] imagesPerClass() {
    return Arrays.stream(counts).mapToInt(row -> (int) LongStream.of(row).sum()).toArray();
  }

  /** How often each class is answered. */
  int[] answersPerClass() {
    return IntStream.range(0, counts.length)
        .map(c -> (int) Arrays.stream(counts).mapToLong(row -> row[c]).sum())
        .toArray();
  }

  /**
   * The numbers that the gate decides on.
   *
   * @param seed of the bootstrap
   */
  Evidence evidence(
      List<String> labels,
      long seed,
      OptionalDouble testAccuracy,
      Optional<Evidence.Comparison> comparison) {
    int[] images = imagesPerClass();
    int[] answers = answersPerClass();
    int majority = largest(images);
    int frequent = largest(answers);
    int right = IntStream.of(rightPerClass()).sum();
    double majorityShare = share(images[majority], images());
    BalancedAccuracy balanced = BalancedAccuracy.of(this, seed);
    return new Evidence(
        images(),
        right,
        (int) notFinite,
        labels.get(majority),
        majorityShare,
        Binomial.atLeast(right, images(), majorityShare),
        labels.get(frequent),
        share(answers[frequent], images()),
        share(images[frequent], images()),
        balanced.value(),
        balanced.low(),
        balanced.high(),
        testAccuracy,
        comparison);
  }

  private static int largest(int[] counts) {
    int largest = 0;
    for (int c = 1; c < counts.length; c++) {
      largest = counts[c] > counts[largest] ? c : largest;
    }
    return largest;
  }

  public List<ClassScore> scores(List<String> labels) {
    List<ClassScore> scores = new ArrayList<>();
    int[] images = imagesPerClass();
    int[] answers = answersPerClass();
    for (int c = 0; c < counts.length; c++) {
      scores.add(
          new ClassScore(
              labels.get(c),
              images[c],
              share(counts[c][c], answers[c]),
              share(counts[c][c], images[c])));
    }
    return scores;
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
