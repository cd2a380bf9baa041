package io.github.vanillanet.train.gate;

import io.github.vanillanet.train.dataset.Sample;
import java.util.List;

/**
 * The answers of a version to labelled images.
 *
 * @param samples in the order of the answers
 * @param classes class indices, {@link #NOT_FINITE} or {@link #DAMAGED}; not written after
 *     construction
 */
record Answers(List<Sample> samples, int[] classes) {

  /** A logit is not finite. */
  static final int NOT_FINITE = -1;

  /** The file cannot be decoded. */
  static final int DAMAGED = -2;

  boolean isDamaged(int index) {
    return classes[index] == DAMAGED;
  }

  boolean isRight(int index) {
    return classes[index] == samples.get(index).label();
  }

  /**
   * @param count of the classes
   */
  ConfusionMatrix confusion(int count) {
    long[][] counts = new long[count][count];
    long notFinite = 0;
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] >= 0) {
        counts[samples.get(i).label()][classes[i]]++;
      } else if (classes[i] == NOT_FINITE) {
        notFinite++;
      }
    }
    return new ConfusionMatrix(counts, notFinite);
  }
}
