package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.metrics.FaultReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks after the threads of an open lane ten times a second: asks each for a probe when one is
 * due, and takes the lane out of service when one gives no sign of life.
 */
final class LaneWatch {

  static final Duration TICK = Duration.ofMillis(100);

  /** Other load on the machine slows a forward down, but not so much. */
  private static final int HANG_FACTOR = 10;

  /** The part of its rest that a probe waits at most for a good moment. */
  private static final int GRACE = 10;

  private final LaneQueue queue;
  private final List<WorkerPulse> pulses;
  private final ServiceTime times;
  private final LaneHealth health;
  private final WatchPlan plan;
  private final Ticker ticker;

  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private long lastTick;

  /**
   * @param name of its thread
   */
  LaneWatch(
      String name,
      LaneQueue queue,
      List<WorkerPulse> pulses,
      ServiceTime times,
      LaneHealth health,
      WatchPlan plan,
      Ticker ticker) {
    this.queue = queue;
    this.pulses = pulses;
    this.times = times;
    this.health = health;
    this.plan = plan;
    this.ticker = ticker;
    this.lastTick = ticker.nanos();
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!closed.await(TICK.toNanos(), TimeUnit.NANOSECONDS) && !isHopeless()) {
        tick();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isHopeless() {
    return health.fault().filter(LaneFault::sticky).isPresent();
  }

  /** Ends the thread and joins it. */
  void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void tick() {
    long now = ticker.nanos();
    // A machine that slept, or a collection of garbage, stops this thread as well as the lane's:
    // such time does not count.
    long elapsed = Math.min(now - lastTick, 2 * TICK.toNanos());
    lastTick = now;
    for (int worker = 0; worker < pulses.size(); worker++) {
      WorkerPulse pulse = pulses.get(worker);
      requireAlive(pulse, elapsed);
      long rest = pulse.rest(plan.interval().toNanos());
      if (pulse.askIfDue(now, plan.interval().toNanos())) {
        queue.ask(worker, Duration.ofNanos(rest / GRACE));
      }
    }
  }

  private void requireAlive(WorkerPulse pulse, long elapsed) {
    long silence = pulse.silence(elapsed);
    double expected = times.nanos(pulse.images());
    if (silence > Math.max(plan.hangLimit().toNanos(), HANG_FACTOR * expected)) {
      health.report(
          new LaneFault(
              FaultReason.HANG,
              "a forward has not come back for %.1f s, expected were %.0f ms"
                  .formatted(silence / 1e9, expected / 1e6),
              true));
    }
  }
}
