package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;

/**
 * A moving average of durations, {@code e ← e + α·(x − e)}, α = 0.2. What nobody confirms fades
 * towards the fastest seen, {@code f + (e − f)·2^(−t/1s)}: work that is refused because of an
 * estimate is never measured, so one bad second would otherwise refuse everything for ever.
 * Thread-safe.
 */
public final class MovingAverage {

  private static final double WEIGHT = 0.2;
  private static final double HALF_LIFE_NANOS = 1e9;

  private final Ticker ticker;
  private double average; // guarded by this; 0 until something is known
  private double fastest; // guarded by this
  private long measuredAt; // guarded by this

  public MovingAverage(Ticker ticker) {
    this.ticker = ticker;
  }

  synchronized void restart(double nanos) {
    average = nanos;
    fastest = nanos;
    measuredAt = ticker.nanos();
  }

  public synchronized void add(double nanos) {
    if (average == 0) {
      restart(nanos);
      return;
    }
    average += WEIGHT * (nanos - average);
    fastest = Math.min(fastest, nanos);
    measuredAt = ticker.nanos();
  }

  /** Zero as long as nothing is known. */
  public synchronized double nanos() {
    double age = Math.max(0, ticker.nanos() - measuredAt);
    return fastest + (average - fastest) * Math.pow(2, -age / HALF_LIFE_NANOS);
  }
}
