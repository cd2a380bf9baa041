package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchFailure;
import io.github.vanillanet.serve.metrics.FaultReason;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/**
 * Finds the faults of one lane: hangs, device errors and wrong answers, in traffic and in probes.
 * The first fault takes the lane out of service. A worse one replaces it. A hang is over when every
 * worker has answered several probes correctly. Before {@link #start}, failures are left to the
 * loader of the version. Thread-safe.
 */
final class LaneMonitor {

  static final Duration TICK = Duration.ofMillis(100);

  /** Other load on the machine slows a forward down, but not tenfold. */
  private static final int HANG_FACTOR = 10;

  /** A pause of a hundred times its duration limits probes to 1 % of the lane's time. */
  private static final int PAUSE_FACTOR = 100;

  /** The share of its pause during which a due probe waits for an idle moment. */
  private static final int WAIT_DIVISOR = 10;

  /** Correct probes of each worker after which a hang is over. */
  private static final int PROBES_AFTER_HANG = 3;

  private final Scheduler scheduler;
  private final LaneQueue lane;
  private final VersionMeters meters;
  private final Ticker ticker;
  private final List<Pulse> pulses = new ArrayList<>();
  private volatile Optional<Plan> plan = Optional.empty();
  private long lastTick; // guarded by this

  private record Plan(
      List<Probe> probes,
      long intervalNanos,
      long hangNanos,
      Consumer<Optional<LaneFault>> onFault) {}

  LaneMonitor(Scheduler scheduler, LaneQueue lane, VersionMeters meters) {
    this.scheduler = scheduler;
    this.lane = lane;
    this.meters = meters;
    this.ticker = scheduler.ticker();
    this.lastTick = ticker.nanos();
    for (int worker = 0; worker < lane.workers.size(); worker++) {
      pulses.add(new Pulse(lastTick));
    }
  }

  /**
   * Starts as {@link Lane#watch} describes. From now on {@link #tick} is called every {@link
   * #TICK}.
   */
  void start(
      List<Probe> probes,
      Duration interval,
      Duration hangLimit,
      Consumer<Optional<LaneFault>> onFault) {
    if (probes.isEmpty() || hangLimit.isNegative() || hangLimit.isZero()) {
      throw new IllegalArgumentException(
          "Expected at least one probe and a positive hang limit, got %d and %s"
              .formatted(probes.size(), hangLimit));
    }
    plan =
        Optional.of(
            new Plan(List.copyOf(probes), interval.toNanos(), hangLimit.toNanos(), onFault));
  }

  /**
   * A worker's thread has started.
   *
   * @param processorWait as {@link ProcessorWait#nanos}
   */
  synchronized void started(int worker, LongUnaryOperator processorWait) {
    pulses.get(worker).processorWait = processorWait;
  }

  /** A worker begins or ends a forward of {@code images}, or has another sign of life. */
  synchronized void busy(int worker, int images) {
    Pulse pulse = pulses.get(worker);
    pulse.busy = true;
    pulse.beat = true;
    pulse.images = images;
  }

  /** A worker waits for its next task. */
  synchronized void idle(int worker) {
    pulses.get(worker).busy = false;
  }

  synchronized void ended(int worker) {
    pulses.get(worker).busy = false;
    pulses.get(worker).ended = true;
  }

  /**
   * Requests the probes that are due, reports the workers that hang, and ends a hang.
   *
   * @return false after a sticky fault, when there is nothing left to find
   */
  boolean tick() {
    Plan started = plan.orElseThrow();
    List<LaneFault> hangs = new ArrayList<>();
    synchronized (this) {
      long now = ticker.nanos();
      // A machine that slept or a garbage collection stops this thread like the worker: a longer
      // interval between two ticks does not count.
      long elapsed = Math.min(now - lastTick, 2 * TICK.toNanos());
      lastTick = now;
      for (int worker = 0; worker < pulses.size(); worker++) {
        Pulse pulse = pulses.get(worker);
        pulse.tick(elapsed);
        double expected = lane.longestNanos(pulse.images);
        if (pulse.hangs(Math.max(started.hangNanos, HANG_FACTOR * expected))) {
          hangs.add(hang(pulse.silentNanos(), expected));
        }
        requestProbeIfDue(worker, started.intervalNanos, now);
      }
      if (!hangs.isEmpty()) {
        pulses.forEach(pulse -> pulse.correct = 0);
      }
    }
    hangs.forEach(this::report);
    if (allAnswerProbes()) {
      endHang();
    }
    return lane.fault.filter(LaneFault::sticky).isEmpty();
  }

  private static LaneFault hang(long nanos, double expectedNanos) {
    String detail =
        "a forward did not return for %.1f s, expected were %.0f ms"
            .formatted(nanos / 1e9, expectedNanos / 1e6);
    return new LaneFault(FaultReason.HANG, detail, false);
  }

  private synchronized boolean allAnswerProbes() {
    return pulses.stream().allMatch(pulse -> pulse.correct >= PROBES_AFTER_HANG);
  }

  /** Ends a hang, if the lane has one, and informs the listener. */
  void endHang() {
    if (scheduler.endHang(lane)) {
      meters.hangEnded();
      plan.orElseThrow().onFault.accept(lane.fault);
    }
  }

  private void requestProbeIfDue(int worker, long interval, long now) {
    Pulse pulse = pulses.get(worker);
    long pause = pulse.suspect ? interval : Math.max(interval, PAUSE_FACTOR * pulse.probeNanos);
    pause = lane.fault.filter(LaneFault::isHang).isPresent() ? 0 : pause;
    if (!pulse.ended && !pulse.probeRequested && now - pulse.probedAt >= pause) {
      pulse.probeRequested = true;
      pulse.suspect = false;
      scheduler.requestProbe(lane, worker, Duration.ofNanos(pause / WAIT_DIVISOR));
    }
  }

  /**
   * Computes a probe on the worker's thread. A full device is not a fault, but a failure that may
   * mean a full device is one if it remains after memory is freed.
   */
  void probe(int worker, ModelInstance instance) {
    busy(worker, 1);
    long started = ticker.nanos();
    try {
      Probe probe = nextProbe(worker);
      check(worker, probe, probe.logits(instance));
    } catch (RuntimeException | Error e) {
      boolean full =
          ServiceException.has(e, ErrorCode.OUT_OF_DEVICE_MEMORY) || e instanceof OutOfMemoryError;
      if (!full || TorchFailure.isUnclear(e)) {
        report(deviceError(e));
      }
    } finally {
      probed(worker, ticker.nanos(), started);
    }
  }

  private synchronized void correct(int worker) {
    pulses.get(worker).correct++;
  }

  private synchronized Probe nextProbe(int worker) {
    List<Probe> probes = plan.orElseThrow().probes;
    return probes.get(pulses.get(worker).probes++ % probes.size());
  }

  private synchronized void probed(int worker, long now, long started) {
    Pulse pulse = pulses.get(worker);
    pulse.probeRequested = false;
    pulse.probedAt = now;
    pulse.probeNanos = now - started;
  }

  /**
   * The probe was answered correctly after the load, so a wrong answer means that the device or its
   * memory is faulty.
   */
  private void check(int worker, Probe probe, float[] logits) {
    if (!isFinite(logits)) {
      report(new LaneFault(FaultReason.NON_FINITE, "the logits of a probe are not finite", true));
      return;
    }
    try {
      probe.requireCorrect().accept(logits);
      correct(worker);
    } catch (ServiceException e) {
      report(new LaneFault(FaultReason.WRONG_ANSWER, e.getMessage(), true));
    }
  }

  /**
   * Checks the logits of a request. The logits of an image are always finite. A client's tensor can
   * make them overflow, so after a tensor the next probe decides.
   */
  void answered(int worker, InputKind kind, float[] logits) {
    if (plan.isEmpty() || isFinite(logits)) {
      return;
    }
    synchronized (this) {
      pulses.get(worker).suspect = true;
    }
    if (kind.pixels()) {
      report(new LaneFault(FaultReason.NON_FINITE, "the logits of an image are not finite", false));
    }
  }

  /**
   * A forward of a request failed. Only an engine failure is a fault. If it is unclear whether the
   * device is full, the next probe decides.
   */
  void failed(int worker, Throwable failure) {
    if (TorchFailure.isUnclear(failure)) {
      synchronized (this) {
        pulses.get(worker).suspect = true;
      }
    } else if (plan.isPresent() && ServiceException.has(failure, ErrorCode.ENGINE_FAILURE)) {
      report(deviceError(failure));
    }
  }

  private static LaneFault deviceError(Throwable failure) {
    String detail =
        failure instanceof ServiceException ? failure.getMessage() : String.valueOf(failure);
    return new LaneFault(FaultReason.DEVICE_ERROR, detail, true);
  }

  private static boolean isFinite(float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        return false;
      }
    }
    return true;
  }

  /** Takes the lane out of service, informs the listener, then fails the lane's work. */
  void report(LaneFault found) {
    Optional<List<Reservation>> failed = scheduler.fault(lane, found);
    if (failed.isEmpty()) {
      return;
    }
    try {
      if (plan.isPresent()) {
        meters.faulted(found.reason());
        plan.get().onFault.accept(Optional.of(found));
      }
    } finally {
      ServiceException rejection = found.rejection(lane.name);
      failed.get().forEach(work -> work.answer.completeExceptionally(rejection));
    }
  }
}
