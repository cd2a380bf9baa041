package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;

/**
 * Estimates how long new work takes. An estimate has a safety margin, the larger one of
 *
 * <ul>
 *   <li>80 % of the time ahead of the work, plus one probe, and
 *   <li>the largest lateness of the last 100 requests: an absolute or a relative delay, whichever
 *       is smaller. The probability that the next request is even later is 1 %.
 * </ul>
 *
 * <p>Lateness decays with a half-life of one second after the first second without a new value,
 * because work that is rejected for it is not measured. Guarded by the scheduler's lock.
 */
final class LatencyEstimator {

  /**
   * Part of the time ahead. Most load tests have a phase in which the JIT compiler shares the
   * processor with a forward for a few hundred milliseconds and almost doubles its time.
   */
  private static final double RESERVE = 0.8;

  private static final int WORKS = 100;
  private static final double HALF_LIFE_NANOS = 1e9;

  private final Ticker ticker;
  private final double[] added = new double[WORKS]; // nanoseconds later than expected
  private final double[] stretched = new double[WORKS]; // the same, relative to the expectation
  private double mostAdded;
  private double mostStretched;
  private int next;
  private long learntAt;

  LatencyEstimator(Ticker ticker) {
    this.ticker = ticker;
    this.learntAt = ticker.nanos();
  }

  /**
   * The safety margin of an estimate, in nanoseconds.
   *
   * @param aheadNanos expected until the work begins
   * @param ownNanos expected for the work itself
   * @param probeNanos time of the longest probe that may become due before the work begins
   */
  double margin(double aheadNanos, double ownNanos, double probeNanos) {
    double lateness = decay() * Math.min(mostAdded, mostStretched * (aheadNanos + ownNanos));
    return Math.max(RESERVE * aheadNanos + Math.min(aheadNanos, probeNanos), lateness);
  }

  /** Work ended after {@code nanos}, or was dropped because it was late. */
  void learn(double expectedNanos, double nanos) {
    double decay = decay();
    for (int work = 0; work < WORKS; work++) {
      added[work] *= decay;
      stretched[work] *= decay;
    }
    added[next] = Math.max(0, nanos - expectedNanos);
    stretched[next] = added[next] / expectedNanos;
    next = (next + 1) % WORKS;
    mostAdded = largest(added);
    mostStretched = largest(stretched);
    learntAt = ticker.nanos();
  }

  private double decay() {
    double silence = Math.max(0, ticker.nanos() - learntAt - HALF_LIFE_NANOS);
    return Math.pow(2, -silence / HALF_LIFE_NANOS);
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }
}
