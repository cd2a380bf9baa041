package io.github.vanillanet.train.dataset;

/**
 * How a loader works ahead. It holds {@code prefetch + 1} buffers of one batch each, outside the
 * heap.
 *
 * @param batchSize samples per batch
 * @param threads that decode and augment
 * @param prefetch batches prepared ahead of the consumer, at least 1; all threads share one batch,
 *     so 2 are enough
 */
public record LoaderSettings(int batchSize, int threads, int prefetch) {

  public LoaderSettings {
    if (batchSize < 1 || threads < 1 || prefetch < 1) {
      throw new IllegalArgumentException(
          "batch size, threads and prefetch must be 1 or more, found %d, %d and %d"
              .formatted(batchSize, threads, prefetch));
    }
  }
}
