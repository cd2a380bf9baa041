package io.github.vanillanet.train.gate;

import io.github.vanillanet.train.dataset.Sample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The wrong answers in one cell of a confusion matrix.
 *
 * @param label true class
 * @param answer answered class
 * @param count of the images
 * @param examples the images with the most confident answers first
 */
public record Mistakes(int label, int answer, int count, List<Example> examples) {

  private static final int EXAMPLES_PER_CELL = 5;
  private static final int EXAMPLES = 200;

  /**
   * An image with a wrong answer.
   *
   * @param probability of the answered class, 0..1
   * @param labelProbability of the true class, 0..1
   */
  public record Example(Sample sample, double probability, double labelProbability) {}

  /** Returns every cell with mistakes, the largest first. Only the first ones have examples. */
  static List<Mistakes> of(Scores scores, int classes) {
    Answers answers = scores.answers();
    Map<Integer, List<Example>> cells = new TreeMap<>();
    for (int i = 0; i < answers.classes().length; i++) {
      int answer = answers.classes()[i];
      if (answer >= 0 && !answers.isRight(i)) {
        double[] probabilities = scores.probabilities(i);
        int label = scores.label(i);
        cells
            .computeIfAbsent(label * classes + answer, cell -> new ArrayList<>())
            .add(new Example(scores.samples().get(i), probabilities[answer], probabilities[label]));
      }
    }
    List<Integer> largestFirst =
        cells.keySet().stream()
            .sorted(Comparator.comparingInt(cell -> -cells.get(cell).size()))
            .toList();
    List<Mistakes> mistakes = new ArrayList<>();
    int left = EXAMPLES;
    for (int cell : largestFirst) {
      List<Example> shown =
          cells.get(cell).stream()
              .sorted(Comparator.comparingDouble(example -> -example.probability()))
              .limit(Math.min(left, EXAMPLES_PER_CELL))
              .toList();
      left -= shown.size();
      mistakes.add(new Mistakes(cell / classes, cell % classes, cells.get(cell).size(), shown));
    }
    return List.copyOf(mistakes);
  }
}
