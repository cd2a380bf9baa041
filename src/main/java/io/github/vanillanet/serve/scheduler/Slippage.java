package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import java.util.Arrays;

/**
 * How much longer work takes than was expected of it when it was taken in: the most of the last
 * hundred. If nothing changes, the next takes longer still with a probability of one in a hundred.
 * A pause adds the same to short and long work, a busy processor stretches it; whichever explains
 * more with less counts. What nobody confirms for a second fades with a half-life of another: work
 * that is refused for it is never measured. Guarded by its owner's lock.
 */
final class Slippage {

  private static final int WORKS = 100;
  private static final double HALF_LIFE_NANOS = 1e9;

  private final Ticker ticker;
  private final double[] added = new double[WORKS]; // nanoseconds
  private final double[] stretched = new double[WORKS]; // of what was expected
  private double mostAdded;
  private double mostStretched;
  private int next;
  private long measuredAt;

  Slippage(Ticker ticker) {
    this.ticker = ticker;
    this.measuredAt = ticker.nanos();
  }

  /** Work was expected to take so long, and took so long. */
  void add(double expectedNanos, double nanos) {
    double faded = faded();
    for (int work = 0; work < WORKS; work++) {
      added[work] *= faded;
      stretched[work] *= faded;
    }
    added[next] = Math.max(0, nanos - expectedNanos);
    stretched[next] = added[next] / expectedNanos;
    next = (next + 1) % WORKS;
    mostAdded = most(added);
    mostStretched = most(stretched);
    measuredAt = ticker.nanos();
  }

  /** By how much work may take longer than the time that is expected of it. */
  double nanos(double expectedNanos) {
    return faded() * Math.min(mostAdded, mostStretched * expectedNanos);
  }

  private double faded() {
    double silence = Math.max(0, ticker.nanos() - measuredAt - HALF_LIFE_NANOS);
    return Math.pow(2, -silence / HALF_LIFE_NANOS);
  }

  private static double most(double[] works) {
    return Arrays.stream(works).max().orElseThrow();
  }
}
