package io.github.vanillanet.train.loop;

import java.util.Optional;

/**
 * Where the loop gets its batches. What it delivers is a function of (epoch, batch) alone, so that
 * a run may stop and go on anywhere.
 */
public interface BatchSource {

  /** Batches of one epoch. */
  int batches();

  /** Labels are 0 to this, exclusive. */
  int classes();

  /**
   * Starts delivering. A source of training data goes on through the following epochs, so that
   * reading ahead need not stop between them; one for evaluation ends after one.
   *
   * @param epoch 0-based
   * @param batch within the epoch, 0 to {@link #batches()} exclusive
   */
  Pass open(int epoch, int batch);

  /** Batches in order, drawn by one thread. Closing it stops any reading ahead. */
  interface Pass extends AutoCloseable {

    /** The next batch; with it, the memory of the one before is the source's again. */
    Optional<Batch> next();

    @Override
    void close();
  }
}
