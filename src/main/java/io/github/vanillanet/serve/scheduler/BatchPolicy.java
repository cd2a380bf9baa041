package io.github.vanillanet.serve.scheduler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many images one forward computes. A combined batch has a size that the loader has warmed up:
 * a power of two, or the maximum.
 *
 * @param maxImages of several requests in one forward; 1 computes each request on its own
 * @param maxDelay how long the oldest request waits for others to fill the batch
 */
public record BatchPolicy(int maxImages, Duration maxDelay) {

  /** Without batching, larger requests are computed in pieces of this size to bound the memory. */
  static final int LARGEST_PIECE = 8;

  public BatchPolicy {
    if (maxImages < 1 || maxDelay.isNegative()) {
      throw new IllegalArgumentException(
          "Expected at least one image and no negative delay, got %d and %s"
              .formatted(maxImages, maxDelay));
    }
  }

  /** Computes each request on its own. On a CPU, batching saves no time. */
  public static BatchPolicy single() {
    return new BatchPolicy(1, Duration.ZERO);
  }

  public boolean combines() {
    return maxImages > 1;
  }

  /** The batch sizes that the loader warms up, ascending. */
  public List<Integer> sizes() {
    List<Integer> sizes = new ArrayList<>();
    for (int size = 1; size < maxImages; size *= 2) {
      sizes.add(size);
    }
    sizes.add(maxImages);
    return sizes;
  }

  /** Every size that a forward can have. */
  public List<Integer> forwardSizes() {
    return combines() ? sizes() : IntStream.rangeClosed(1, LARGEST_PIECE).boxed().toList();
  }

  /** The size of the next forward if {@code waiting} images wait, at least one. */
  int take(int waiting) {
    if (!combines()) {
      return Math.min(waiting, LARGEST_PIECE);
    }
    return waiting >= maxImages ? maxImages : Integer.highestOneBit(waiting);
  }
}
