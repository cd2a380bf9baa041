package io.github.vanillanet.batching;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.metrics.VersionMeters;
import io.github.vanillanet.timing.Deadline;
import io.github.vanillanet.timing.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What waits for a lane, counted in images, together with what is still being prepared for it. */
final class LaneQueue {

  private final String name;
  private final int capacity;
  private final ServiceTime times;
  private final Ticker ticker;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final WaitingWork waiting; // guarded by lock
  private final List<List<Work>> running; // guarded by lock: what each worker computes
  private final boolean[] asked; // guarded by lock: for a probe
  private final long[] busyNanosFrom; // guarded by lock: when each worker took up its batch
  private final double[] busyNanos; // guarded by lock: what it was expected to take, 0 if idle
  private int reservedImages; // guarded by lock
  private boolean closing; // guarded by lock
  private Optional<LaneFault> fault = Optional.empty(); // guarded by lock

  LaneQueue(
      String name,
      int capacity,
      int workers,
      BatchPolicy policy,
      ServiceTime times,
      VersionMeters meters,
      Ticker ticker) {
    this.name = name;
    this.capacity = capacity;
    this.times = times;
    this.ticker = ticker;
    this.waiting = new WaitingWork(policy, times, meters);
    this.running = new ArrayList<>(Collections.nCopies(workers, List.of()));
    this.asked = new boolean[workers];
    this.busyNanosFrom = new long[workers];
    this.busyNanos = new double[workers];
  }

  /**
   * What a worker does next.
   *
   * @param batch of one kind, to be computed together; may be empty
   * @param dropped to be told so: it left the queue and will not be computed
   * @param probe instead of both
   */
  record Taken(List<Work> batch, List<Work> dropped, boolean probe) {}

  Ticket reserve(int images, Deadline deadline, Duration preparation) {
    lock.lock();
    try {
      requireOpen();
      LaneEstimate estimate = estimateLocked(images);
      if (!estimate.room()) {
        throw new ServiceException.QueueFull(
            "%s: %d images wait and %d more do not fit, the queue holds %d"
                .formatted(name, waiting.images() + reservedImages, images, capacity),
            estimate.waiting());
      }
      Duration expected = preparation.plus(estimate.total());
      if (!deadline.allows(expected)) {
        throw new ServiceException.DeadlineExceeded(
            "%s: of the budget of %s %.1f ms are left, the answer would take about %.1f ms"
                .formatted(
                    name,
                    deadline,
                    deadline.remaining().toNanos() / 1e6,
                    expected.toNanos() / 1e6));
      }
      reservedImages += images;
      return new Ticket(this, images, deadline);
    } finally {
      lock.unlock();
    }
  }

  CompletableFuture<LaneAnswer> redeem(int reserved, ModelInput input, Deadline deadline) {
    Work work = new Work(input, deadline, ticker.nanos(), new CompletableFuture<>());
    lock.lock();
    try {
      reservedImages -= reserved;
      requireOpen();
      waiting.add(work);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return work.answer();
  }

  void giveBack(int images) {
    lock.lock();
    try {
      reservedImages -= images;
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (fault.isPresent()) {
      throw fault.get().refusal(name);
    }
    if (closing) {
      throw new ServiceException.NotReady(name + " is closing");
    }
  }

  /** Images that wait; those being computed are not among them. */
  int depth() {
    lock.lock();
    try {
      return waiting.images();
    } finally {
      lock.unlock();
    }
  }

  LaneEstimate estimate(int images) {
    lock.lock();
    try {
      return estimateLocked(images);
    } finally {
      lock.unlock();
    }
  }

  private LaneEstimate estimateLocked(int images) {
    int before = waiting.images() + reservedImages;
    long now = ticker.nanos();
    double ahead = before * times.imageNanos();
    int running = 0;
    for (int worker = 0; worker < busyNanos.length; worker++) {
      ahead += Math.max(0, busyNanos[worker] - (now - busyNanosFrom[worker]));
      running += busyNanos[worker] > 0 ? 1 : 0;
    }
    double margin = times.marginNanos(before + running + images) / busyNanos.length;
    return new LaneEstimate(
        Duration.ofNanos(Math.round(ahead / busyNanos.length)),
        Duration.ofNanos(Math.round(times.nanos(images))),
        Duration.ofNanos(Math.round(margin)),
        fault.isEmpty() && (before == 0 || before + images <= capacity));
  }

  /**
   * Waits for work.
   *
   * @param worker who asks; what it took before is done
   * @return empty once the lane is closing and nothing waits
   */
  Optional<Taken> take(int worker) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      busyNanos[worker] = 0;
      running.set(worker, List.of());
      while (true) {
        if (asked[worker] && !closing) {
          asked[worker] = false;
          return Optional.of(new Taken(List.of(), List.of(), true));
        }
        List<Work> dropped = waiting.removePointless();
        if (!dropped.isEmpty()) {
          return Optional.of(new Taken(List.of(), dropped, false));
        }
        if (waiting.isEmpty()) {
          if (closing) {
            return Optional.empty();
          }
          changed.await();
        } else {
          long patience = closing ? 0 : waiting.patience(ticker.nanos());
          if (patience <= 0) {
            return Optional.of(new Taken(begin(worker), List.of(), false));
          }
          changed.awaitNanos(patience);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@code worker} is to compute a probe before anything else. */
  void ask(int worker) {
    lock.lock();
    try {
      asked[worker] = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private List<Work> begin(int worker) {
    List<Work> batch = waiting.removeBatch();
    busyNanosFrom[worker] = ticker.nanos();
    busyNanos[worker] = times.nanos(batch.stream().mapToInt(Work::samples).sum());
    running.set(worker, batch);
    return batch;
  }

  /** Nothing is taken in any more. */
  void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Fails everything that waits. */
  void failAll() {
    List<Work> left;
    lock.lock();
    try {
      left = waiting.removeAll();
    } finally {
      lock.unlock();
    }
    fail(left, new ServiceException.NotReady(name + " closed before this work was begun"));
  }

  /** Fails everything that waits or is being computed, and takes nothing in any more. */
  void refuse(LaneFault found) {
    List<Work> left;
    lock.lock();
    try {
      fault = Optional.of(found);
      left = new ArrayList<>(waiting.removeAll());
      running.forEach(left::addAll);
    } finally {
      lock.unlock();
    }
    fail(left, found.refusal(name));
  }

  private static void fail(List<Work> works, ServiceException reason) {
    works.forEach(work -> work.answer().completeExceptionally(reason));
  }
}
