package io.github.vanillanet.deploy;

import java.util.ArrayDeque;
import java.util.Deque;

/** A pod of {@link ScalingLoop} with one lane, and its metrics as Prometheus has scraped them. */
final class SimulatedPod {

  /** Upper bounds of the histogram of the time in the queue, in seconds. */
  static final double[] BOUNDS = {.0001, .001, .002, .004, .008, .016, .032, .064, .128, .256};

  private static final int QUEUE = 64;

  private record Waiting(double begins, double seconds) {}

  private record Sample(double time, double busy, double[] waits) {}

  /**
   * @param waits per bucket, the last one without a bound
   */
  record Rates(double busy, double[] waits) {}

  final int readyAt;
  final int scrapeOffset;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Deque<Sample> samples = new ArrayDeque<>();
  private final double[] waits = new double[BOUNDS.length + 1];
  private double accepted; // seconds of work
  private double freeAt;

  SimulatedPod(int readyAt, int scrapeOffset) {
    this.readyAt = readyAt;
    this.scrapeOffset = scrapeOffset;
  }

  /** Rejects the request if the queue is full. */
  void arrive(double time, double work, double usualWork) {
    double begins = Math.max(time, freeAt);
    if (begins - time > QUEUE * usualWork) {
      return;
    }
    waiting.addLast(new Waiting(begins, begins - time));
    accepted += work;
    freeAt = begins + work;
  }

  void scrape(int time) {
    while (!waiting.isEmpty() && waiting.getFirst().begins() <= time) {
      double wait = waiting.removeFirst().seconds();
      int bucket = 0;
      while (bucket < BOUNDS.length && wait > BOUNDS[bucket]) {
        bucket++;
      }
      waits[bucket]++;
    }
    samples.addLast(new Sample(time, accepted - Math.max(0, freeAt - time), waits.clone()));
  }

  /** PromQL's {@code rate}; null with fewer than two samples. */
  Rates rates(int now, int lookBack) {
    while (!samples.isEmpty() && samples.getFirst().time() <= now - lookBack) {
      samples.removeFirst();
    }
    if (samples.size() < 2) {
      return null;
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    double sampled = last.time() - first.time();
    double interval = sampled / (samples.size() - 1);
    double before = extended(first.time() - (now - lookBack), interval);
    double after = extended(now - last.time(), interval);
    double delta = last.busy() - first.busy();
    if (delta > 0) { // a counter is never below zero
      before = Math.min(before, sampled * first.busy() / delta);
    }
    double[] rates = new double[waits.length];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = (last.waits()[i] - first.waits()[i]) / sampled;
    }
    return new Rates(delta * (sampled + before + after) / sampled / lookBack, rates);
  }

  private static double extended(double gap, double interval) {
    return gap < 1.1 * interval ? gap : interval / 2;
  }

  /** PromQL's {@code histogram_quantile}; 0 without observations. */
  static double quantile(double share, double[] buckets) {
    double all = 0;
    for (double bucket : buckets) {
      all += bucket;
    }
    double rank = share * all;
    double below = 0;
    for (int i = 0; i < BOUNDS.length && all > 0; i++) {
      if (below + buckets[i] >= rank) {
        double lower = i == 0 ? 0 : BOUNDS[i - 1];
        return lower + (BOUNDS[i] - lower) * (rank - below) / buckets[i];
      }
      below += buckets[i];
    }
    return all > 0 ? BOUNDS[BOUNDS.length - 1] : 0;
  }
}
