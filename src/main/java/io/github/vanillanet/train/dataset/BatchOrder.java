package io.github.vanillanet.train.dataset;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which samples make up which batch: a pure function of its components, the epoch and the step.
 *
 * @param samples how many there are
 * @param batchSize of every batch; only an evaluation's last one may be smaller
 * @param training true: shuffled anew in each epoch, the remainder of the epoch dropped; false: in
 *     order and complete
 */
record BatchOrder(int samples, int batchSize, boolean training, long seed) {

  BatchOrder {
    if (batchSize < 1 || samples < 1) {
      throw new IllegalArgumentException(
          "expected samples and a batch size, found %d and %d".formatted(samples, batchSize));
    }
  }

  /** Batches of one epoch; 0 if training has fewer samples than one batch. */
  int steps() {
    return training ? samples / batchSize : (samples + batchSize - 1) / batchSize;
  }

  /** All sample indices in the order of {@code epoch}: a permutation by (seed, epoch). */
  int[] epoch(int epoch) {
    int[] order = new int[samples];
    Arrays.setAll(order, i -> i);
    if (training) {
      SplittableRandom random = RandomStreams.ofOrder(seed, epoch);
      for (int i = samples - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
    }
    return order;
  }

  /** The part of {@link #epoch} that the batch of {@code step} holds. */
  int[] batch(int[] epochOrder, int step) {
    int start = step * batchSize;
    return Arrays.copyOfRange(epochOrder, start, Math.min(start + batchSize, samples));
  }
}
