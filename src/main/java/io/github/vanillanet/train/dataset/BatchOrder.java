package io.github.vanillanet.train.dataset;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The samples of each batch: a pure function of the components, the epoch and the step.
 *
 * @param samples number of samples
 * @param batchSize of every batch; only the last batch of an evaluation may be smaller
 * @param training true: shuffled in each epoch, without the remainder; false: in order and complete
 */
record BatchOrder(int samples, int batchSize, boolean training, long seed) {

  int batches() {
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

  /** The part of {@link #epoch} that belongs to the batch of {@code step}. */
  int[] batch(int[] epochOrder, int step) {
    int start = step * batchSize;
    return Arrays.copyOfRange(epochOrder, start, Math.min(start + batchSize, samples));
  }
}
