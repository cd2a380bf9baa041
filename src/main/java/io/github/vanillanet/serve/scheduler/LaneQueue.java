package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Millis;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The state of one lane: its waiting work, in order of submission, and its workers. All fields that
 * are not final are guarded by the {@link Scheduler}'s lock.
 */
final class LaneQueue {

  final String name;
  final int capacity;
  final LatencyEstimator.ForwardTimes times;
  final List<Worker> workers = new ArrayList<>();

  private final BatchPolicy policy;
  private final boolean holdsBack;
  private final VersionMeters meters;
  private final Ticker ticker;
  private final ArrayDeque<Work> works = new ArrayDeque<>();

  int images; // of all waiting work
  int reserved; // images whose input is being prepared
  int woken; // workers that were woken for work and have not taken it yet
  boolean closing; // no new work; waiting work is computed without delay
  volatile Optional<LaneFault> fault = Optional.empty(); // written under the lock

  /** One worker thread. */
  static final class Worker {
    Optional<Thread> waiting = Optional.empty(); // able to take a place
    List<Work> running = List.of();
    Optional<Deadline> probe = Optional.empty(); // due; after the deadline it precedes all work

    void wake() {
      waiting.ifPresent(LockSupport::unpark);
    }
  }

  LaneQueue(String name, int workers, LaneSettings settings, VersionMeters meters, Ticker ticker) {
    this.name = name;
    this.capacity = settings.capacity();
    this.policy = settings.batching();
    this.holdsBack = policy.combines() && !policy.maxDelay().isZero();
    this.times = new LatencyEstimator.ForwardTimes(policy.combines(), ticker);
    this.meters = meters;
    this.ticker = ticker;
    for (int worker = 0; worker < workers; worker++) {
      this.workers.add(new Worker());
    }
  }

  boolean isEmpty() {
    return works.isEmpty();
  }

  /** True if its workers can end. */
  boolean isDone() {
    return closing && works.isEmpty();
  }

  /** True if work could begin now at one more place. */
  boolean isReady() {
    return works.size() > woken && (closing || !holdsBack || holdNanos() <= 0);
  }

  long oldest() {
    return works.getFirst().submittedAt;
  }

  /** Time for everything that waits, is being prepared, or is a due probe. */
  double backlogNanos() {
    int backlog = images + reserved;
    for (Worker worker : workers) {
      backlog += worker.probe.isPresent() ? 1 : 0;
    }
    return backlog * times.image.nanos();
  }

  boolean hasRoom(int more) {
    int before = images + reserved;
    return fault.isEmpty() && (before == 0 || before + more <= capacity);
  }

  void requireOpen() {
    if (fault.isPresent()) {
      throw fault.get().rejection(name);
    }
    if (closing) {
      throw NOT_READY.error("%s is closing", name);
    }
  }

  /**
   * Rejects new work, given its estimate. Retry-After is the time until the work before it is done,
   * or until enough of it is done for the new work to end in time.
   */
  void requireRoom(Lane.Estimate estimate, int more, Deadline deadline, Duration preparation) {
    if (!estimate.room()) {
      String message =
          name
              + (": " + (images + reserved) + " images wait and " + more + " more do not fit")
              + (" in the queue of " + capacity);
      throw ServiceException.rejected(
          ErrorCode.QUEUE_FULL, message, Optional.of(estimate.waiting()));
    }
    Duration expected = preparation.plus(estimate.total());
    if (!deadline.allows(expected)) {
      Duration left = deadline.remaining();
      boolean fitsAlone = left.compareTo(preparation.plus(estimate.forward())) > 0;
      String message =
          name
              + (": the answer would take about " + Millis.of(expected.toNanos(), 1) + " ms, but ")
              + (Millis.of(left.toNanos(), 1) + " ms of the budget of " + deadline + " are left");
      throw ServiceException.rejected(
          ErrorCode.DEADLINE_EXCEEDED,
          message,
          fitsAlone ? Optional.of(expected.minus(left)) : Optional.empty());
    }
  }

  void wakeWorkers() {
    workers.forEach(Worker::wake);
  }

  /** Time until held-back work becomes ready or the worker's probe becomes overdue. */
  long nanosUntilDue(int worker) {
    long hold = holdNanos();
    long probe = workers.get(worker).probe.map(due -> due.remaining().toNanos()).orElse(0L);
    return Math.min(hold > 0 ? hold : Long.MAX_VALUE, probe > 0 ? probe : Long.MAX_VALUE);
  }

  /**
   * How long the waiting work may still be held back to fill a batch: at most the configured delay,
   * and at most half of the time that each work can spare before its deadline.
   */
  private long holdNanos() {
    if (!holdsBack || works.isEmpty() || images >= policy.maxImages()) {
      return 0;
    }
    long now = ticker.nanos();
    long together = Math.round(times.nanos(images));
    long hold = policy.maxDelay().toNanos() - (now - oldest());
    for (Work work : works) {
      long waited = now - work.submittedAt;
      long spare = work.reservation.deadline.remaining().toNanos() - together;
      hold = Math.min(hold, (spare - waited) / 2);
    }
    return hold;
  }

  void add(Work work) {
    works.add(work);
    images += work.samples;
    meters.queued(work.samples);
  }

  /** Removes {@code work} if it still waits, without computing it. */
  boolean drop(Work work) {
    boolean removed = works.removeIf(waiting -> waiting == work);
    if (removed) {
      dropped(work);
    }
    return removed;
  }

  /** Removes all work that cannot be computed in time. */
  List<Work> dropPointless() {
    List<Work> pointless = List.of();
    for (Iterator<Work> all = works.iterator(); all.hasNext(); ) {
      Work work = all.next();
      if (work.isPointless(times.nanos(work.samples))) {
        all.remove();
        dropped(work);
        pointless = pointless.isEmpty() ? new ArrayList<>() : pointless;
        pointless.add(work);
      }
    }
    return pointless;
  }

  private void dropped(Work work) {
    removed(work);
    meters.dropped(ticker.nanos() - work.submittedAt);
  }

  /**
   * Removes the work of the next forward: the longest run of equal kind from the front that fills a
   * warmed-up size, otherwise the first work alone. Empty if nothing waits.
   */
  List<Work> removeBatch() {
    int size = 0;
    int count = 0;
    int best = Math.min(1, works.size());
    for (Work work : works) {
      size += work.samples;
      count++;
      if (!policy.combines()
          || size > policy.maxImages()
          || work.input.kind() != works.getFirst().input.kind()) {
        break;
      }
      best = policy.take(size) == size ? count : best;
    }
    List<Work> batch = new ArrayList<>(best);
    while (batch.size() < best) {
      Work work = works.removeFirst();
      removed(work);
      batch.add(work);
    }
    return batch;
  }

  List<Work> removeAll() {
    List<Work> all = new ArrayList<>(works);
    all.forEach(this::removed);
    works.clear();
    return all;
  }

  /** Removes the work that is being computed. When it ends, nothing is learnt from its time. */
  List<Work> removeRunning() {
    List<Work> all = new ArrayList<>();
    for (Worker worker : workers) {
      all.addAll(worker.running);
      worker.running = List.of();
    }
    return all;
  }

  private void removed(Work work) {
    images -= work.samples;
    meters.unqueued(work.samples);
  }
}
