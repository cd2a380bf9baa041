package io.github.vanillanet.serve.scheduler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many images one forward takes. Sizes above one are those a loader has warmed: the powers of
 * two up to the largest, and the largest.
 *
 * @param maxImages of several requests together; 1 computes each request by itself
 * @param maxDelay that the oldest request may be held back for others to join it
 */
public record BatchPolicy(int maxImages, Duration maxDelay) {

  /** Without batching, a request of many images is cut so: that bounds the memory. */
  static final int LARGEST_PIECE = 8;

  public BatchPolicy {
    if (maxImages < 1 || maxDelay.isNegative()) {
      throw new IllegalArgumentException(
          "expected at least one image and no negative delay, found %d and %s"
              .formatted(maxImages, maxDelay));
    }
  }

  /** Each request by itself: on a CPU a batch takes as long as its images one by one. */
  public static BatchPolicy single() {
    return new BatchPolicy(1, Duration.ZERO);
  }

  public boolean combines() {
    return maxImages > 1;
  }

  /** The sizes of a forward that a loader warms, ascending. */
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

  /** How many of {@code waiting} images, at least one, to compute in the next forward. */
  int take(int waiting) {
    if (!combines()) {
      return Math.min(waiting, LARGEST_PIECE);
    }
    int taken = 1;
    for (int size : sizes()) {
      taken = size <= waiting ? size : taken;
    }
    return taken;
  }
}
