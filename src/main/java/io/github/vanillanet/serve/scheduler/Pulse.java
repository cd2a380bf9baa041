package io.github.vanillanet.serve.scheduler;

import java.time.Duration;
import java.util.function.LongUnaryOperator;

/** What the {@link LaneMonitor} knows about one worker. Guarded by the monitor. */
final class Pulse {

  /** A forward hangs after this time even if its threads never get a processor. */
  static final Duration LONGEST_STARVATION = Duration.ofMinutes(1);

  boolean busy;
  boolean beat; // a sign of life since the last tick
  boolean ended;
  int images = 1; // of the last forward
  int probes;
  int correct; // probes since the last hang was found
  boolean probeRequested;
  boolean suspect; // something happened that only a probe can explain
  long probedAt;
  long probeNanos;

  /** As {@link ProcessorWait#nanos}, of the worker's threads. */
  LongUnaryOperator processorWait = elapsed -> 0;

  private long silentNanos;
  private long computingNanos; // of the silence, without the waits for a processor

  Pulse(long now) {
    probedAt = now;
  }

  /**
   * Measures how long the worker computes without a sign of life. A wait of several threads at the
   * same time is counted several times, so the measured time never becomes negative: a later hang
   * is found as fast as one without other load.
   */
  void tick(long elapsed) {
    if (busy && !beat) {
      silentNanos += elapsed;
      long waited = processorWait.applyAsLong(elapsed);
      computingNanos = Math.max(0, computingNanos + elapsed - waited);
    } else {
      silentNanos = 0;
      computingNanos = 0;
    }
    beat = false;
  }

  /** The nanoseconds since the last sign of life. */
  long silentNanos() {
    return silentNanos;
  }

  boolean hangs(double limitNanos) {
    return computingNanos > limitNanos
        || silentNanos > Math.max(limitNanos, LONGEST_STARVATION.toNanos());
  }
}
