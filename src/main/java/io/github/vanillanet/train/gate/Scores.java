package io.github.vanillanet.train.gate;

import io.github.vanillanet.train.dataset.Sample;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a version computed for labelled images.
 *
 * @param logits one row per sample, empty if its file cannot be decoded; not written after
 *     construction
 * @param scalings one per sample
 */
record Scores(List<Sample> samples, float[][] logits, List<Scaling> scalings) {

  /** The logits as they are. */
  static Scores of(List<Sample> samples, float[][] logits) {
    return new Scores(samples, logits, Collections.nCopies(logits.length, Scaling.NONE));
  }

  Scores with(Scaling scaling) {
    return with(Collections.nCopies(logits.length, scaling));
  }

  Scores with(List<Scaling> perSample) {
    return new Scores(samples, logits, perSample);
  }

  int label(int sample) {
    return samples.get(sample).label();
  }

  /** The samples with logits, if all of these are finite; otherwise none. */
  int[] finite() {
    int[] decoded = IntStream.range(0, logits.length).filter(i -> logits[i].length > 0).toArray();
    return Arrays.stream(decoded).allMatch(i -> isFinite(logits[i])) ? decoded : new int[0];
  }

  double[] probabilities(int sample) {
    return scalings.get(sample).probabilities(logits[sample]);
  }

  /** −log p of the true class. */
  double loss(int sample) {
    return scalings.get(sample).loss(logits[sample], label(sample));
  }

  Answers answers() {
    return new Answers(samples, IntStream.range(0, logits.length).map(this::answer).toArray());
  }

  private int answer(int sample) {
    if (logits[sample].length == 0) {
      return Answers.DAMAGED;
    }
    if (!isFinite(logits[sample])) {
      return Answers.NOT_FINITE;
    }
    return largest(scalings.get(sample).scores(logits[sample]));
  }

  /** Index of the largest value; of equal ones, the first. */
  static int largest(double[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      largest = values[i] > values[largest] ? i : largest;
    }
    return largest;
  }

  private static boolean isFinite(float[] row) {
    for (float logit : row) {
      if (!Float.isFinite(logit)) {
        return false;
      }
    }
    return true;
  }
}
