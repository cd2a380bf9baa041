package io.github.vanillanet.deploy;

import java.util.ArrayDeque;
import java.util.Deque;

/** A pod of {@link ScalingLoop} with one lane, and its metrics as Prometheus has scraped them. */
final class SimulatedPod {

  private static final int QUEUE = 64;

  private record Sample(double time, double busy, int waiting) {}

  /**
   * @param waiting images in the queue, on average
   */
  record Rates(double busy, double waiting) {}

  final int readyAt;
  final int scrapeOffset;
  private final Deque<Double> begins = new ArrayDeque<>(); // of accepted requests
  private final Deque<Sample> samples = new ArrayDeque<>();
  private double accepted; // seconds of work
  private double freeAt;

  SimulatedPod(int readyAt, int scrapeOffset) {
    this.readyAt = readyAt;
    this.scrapeOffset = scrapeOffset;
  }

  /** Rejects the request if the queue is full. */
  void arrive(double time, double work, double usualWork) {
    double start = Math.max(time, freeAt);
    if (start - time > QUEUE * usualWork) {
      return;
    }
    begins.addLast(start);
    accepted += work;
    freeAt = start + work;
  }

  void scrape(int time) {
    while (!begins.isEmpty() && begins.getFirst() <= time) {
      begins.removeFirst();
    }
    samples.addLast(new Sample(time, accepted - Math.max(0, freeAt - time), begins.size()));
  }

  /** PromQL's {@code rate} and {@code avg_over_time}; null with fewer than two samples. */
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
    double waiting = samples.stream().mapToInt(Sample::waiting).average().orElseThrow();
    return new Rates(delta * (sampled + before + after) / sampled / lookBack, waiting);
  }

  private static double extended(double gap, double interval) {
    return gap < 1.1 * interval ? gap : interval / 2;
  }
}
