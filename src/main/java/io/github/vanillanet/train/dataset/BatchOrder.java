package io.github.vanillanet.train.dataset;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The samples of each batch: a pure function of the components, the epoch and the step.
 *
 * @param samples number of samples
 * @param batchSize of every batch; only the last batch of an evaluation may be smaller
 * @param balancedClasses indices of the samples of each class that has any, if every class gives
 *     the same number of samples to an epoch of a training; otherwise empty
 * @param training true: shuffled in each epoch, without the remainder; false: in order and complete
 */
record BatchOrder(
    int samples, int batchSize, boolean training, long seed, List<int[]> balancedClasses) {

  BatchOrder(int samples, int batchSize, boolean training, long seed) {
    this(samples, batchSize, training, seed, List.of());
  }

  int batches() {
    return training ? samples / batchSize : (samples + batchSize - 1) / batchSize;
  }

  /**
   * As many sample indices as there are samples, in the order of {@code epoch}. A function of
   * (seed, epoch): a permutation, unless the classes are balanced.
   */
  int[] epoch(int epoch) {
    int[] order = new int[samples];
    Arrays.setAll(order, i -> i);
    if (training) {
      SplittableRandom random = RandomStreams.ofOrder(seed, epoch);
      if (!balancedClasses.isEmpty()) {
        order = balanced(random);
      }
      shuffle(order, random);
    }
    return order;
  }

  /** Goes through each class in a random order as often as needed. */
  private int[] balanced(SplittableRandom random) {
    int classes = balancedClasses.size();
    int firstWithMore = random.nextInt(classes); // the division of the epoch may leave a remainder
    int[] order = new int[samples];
    int filled = 0;
    for (int i = 0; i < classes; i++) {
      int[] members = balancedClasses.get((firstWithMore + i) % classes).clone();
      int share = samples / classes + (i < samples % classes ? 1 : 0);
      for (int drawn = 0; drawn < share; drawn++) {
        if (drawn % members.length == 0) {
          shuffle(members, random);
        }
        order[filled++] = members[drawn % members.length];
      }
    }
    return order;
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }

  /** The part of {@link #epoch} that belongs to the batch of {@code step}. */
  int[] batch(int[] epochOrder, int step) {
    int start = step * batchSize;
    return Arrays.copyOfRange(epochOrder, start, Math.min(start + batchSize, samples));
  }
}
