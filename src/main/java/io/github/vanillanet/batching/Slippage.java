package io.github.vanillanet.batching;

import io.github.vanillanet.timing.Ticker;
import java.util.Arrays;

/**
 * How much longer work takes than was expected of it when it was taken in, as a factor: the largest
 * of the last hundred. If nothing changes, the next one is above that with a probability of one in
 * a hundred. What nobody confirms fades with a half-life of a second: work that is refused for it
 * is never measured. Guarded by its owner's lock.
 */
final class Slippage {

  private static final int WORKS = 100;
  private static final double HALF_LIFE_NANOS = 1e9;

  private final Ticker ticker;
  private final double[] excess = new double[WORKS]; // beyond 1
  private int next;
  private long measuredAt;

  Slippage(Ticker ticker) {
    this.ticker = ticker;
    this.measuredAt = ticker.nanos();
  }

  /** Work was expected to take so long, and took so long. */
  void add(double expectedNanos, double nanos) {
    excess[next] = Math.max(0, nanos / expectedNanos - 1);
    next = (next + 1) % WORKS;
    measuredAt = ticker.nanos();
  }

  /** What to multiply an expectation with; at least 1. */
  double factor() {
    double age = Math.max(0, ticker.nanos() - measuredAt);
    double largest = Arrays.stream(excess).max().orElseThrow();
    return 1 + largest * Math.pow(2, -age / HALF_LIFE_NANOS);
  }
}
