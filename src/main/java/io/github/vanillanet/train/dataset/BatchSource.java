package io.github.vanillanet.train.dataset;

import java.util.Optional;

/**
 * The batches of a training or an evaluation. Each batch is a function of (epoch, step) alone, so
 * that a run can stop and resume anywhere.
 */
public interface BatchSource {

  /** Batches per epoch, at least 1. */
  int batches();

  /** Number of classes; labels are smaller. */
  int classes();

  /** Factor of the loss of each class, [classes]; empty if all are 1. */
  default double[] classWeights() {
    return new double[0];
  }

  /**
   * Starts to deliver batches. A source of training batches continues into the following epochs, so
   * that it can read ahead across their borders; a source for evaluation ends after one epoch.
   *
   * @param epoch 0-based
   * @param step first batch to deliver, from 0 to {@link #batches()} exclusive
   */
  Pass open(int epoch, int step);

  /** Batches in order, drawn by one thread. {@link #close} stops reading ahead. */
  interface Pass extends AutoCloseable {

    /** The next batch, or empty after the last. Invalidates the memory of the previous batch. */
    Optional<Batch> next();

    @Override
    void close();
  }
}
