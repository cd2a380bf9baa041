package io.github.vanillanet.training;

import java.util.Iterator;

/**
 * Where the loop gets its batches. What it delivers is a function of (epoch, batch) alone, so that
 * a run may stop and go on anywhere.
 */
public interface BatchSource {

  /** Batches of one epoch; a rest that fills no batch is dropped by sources of training data. */
  int batches();

  /** Classes that labels may name: 0 to this, exclusive. */
  int classes();

  /**
   * Starts an epoch.
   *
   * @param epoch 0-based
   * @param first batch to deliver, 0 to {@link #batches()}
   */
  Pass open(int epoch, int first);

  /** The batches of one epoch in order, drawn by one thread. Closing it stops any prefetching. */
  interface Pass extends Iterator<Batch>, AutoCloseable {
    @Override
    void close();
  }
}
