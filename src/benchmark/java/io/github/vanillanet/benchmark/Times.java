package io.github.vanillanet.benchmark;

import java.util.Arrays;

/** Repeated measurements of one duration, in nanoseconds. */
final class Times {

  private final long[] nanos;
  private int count;

  Times(int capacity) {
    nanos = new long[capacity];
  }

  void add(long time) {
    nanos[count++] = time;
  }

  /** The minimum in milliseconds. */
  double min() {
    return Arrays.stream(nanos, 0, count).min().orElseThrow() / 1e6;
  }

  /** The median in milliseconds. */
  double median() {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2e6;
  }
}
