package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;

/**
 * A moving average of durations, {@code a ← a + 0.2·(x − a)}. Without new values it decays towards
 * the smallest value {@code m}, {@code m + (a − m)·2^(−t/1s)}. A request that is rejected because
 * of an estimate is not measured, so without the decay one slow second would reject requests for
 * ever. Thread-safe.
 */
public final class MovingAverage {

  private static final double WEIGHT = 0.2;
  private static final double HALF_LIFE_NANOS = 1e9;

  private final Ticker ticker;
  private double average; // guarded by this; 0 before the first value
  private double smallest; // guarded by this
  private long updatedAt; // guarded by this

  public MovingAverage(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Discards all values except this one. */
  synchronized void restart(double nanos) {
    average = nanos;
    smallest = nanos;
    updatedAt = ticker.nanos();
  }

  public synchronized void add(double nanos) {
    if (average == 0) {
      restart(nanos);
      return;
    }
    average += WEIGHT * (nanos - average);
    smallest = Math.min(smallest, nanos);
    updatedAt = ticker.nanos();
  }

  /** The average; zero before the first value. */
  public synchronized double nanos() {
    double age = Math.max(0, ticker.nanos() - updatedAt);
    return smallest + (average - smallest) * Math.pow(2, -age / HALF_LIFE_NANOS);
  }
}
