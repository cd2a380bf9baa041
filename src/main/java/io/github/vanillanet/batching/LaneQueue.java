package io.github.vanillanet.batching;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.metrics.VersionMeters;
import io.github.vanillanet.timing.Deadline;
import io.github.vanillanet.timing.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What waits for a lane, counted in images, together with what is still being prepared for it. */
final class LaneQueue {

  private final String name;
  private final int capacity;
  private final BatchPolicy policy;
  private final ServiceTime times;
  private final VersionMeters meters;
  private final Ticker ticker;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Work> queue = new ArrayDeque<>(); // guarded by lock
  private final long[] busyNanosFrom; // guarded by lock: when each worker took up its batch
  private final double[] busyNanos; // guarded by lock: what it was expected to take, 0 if idle
  private int queuedImages; // guarded by lock
  private int reservedImages; // guarded by lock
  private boolean closing; // guarded by lock

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
    this.policy = policy;
    this.times = times;
    this.meters = meters;
    this.ticker = ticker;
    this.busyNanosFrom = new long[workers];
    this.busyNanos = new double[workers];
  }

  /**
   * What a worker does next.
   *
   * @param batch of one kind, to be computed together; may be empty
   * @param dropped to be told so: it left the queue and will not be computed
   */
  record Taken(List<Work> batch, List<Work> dropped) {}

  Ticket reserve(int images, Deadline deadline, Duration preparation) {
    lock.lock();
    try {
      requireOpen();
      LaneEstimate estimate = estimateLocked(images);
      if (!estimate.room()) {
        throw new ServiceException.QueueFull(
            "%s: %d images wait and %d more do not fit, the queue holds %d"
                .formatted(name, queuedImages + reservedImages, images, capacity),
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
      queue.add(work);
      queuedImages += work.samples();
      meters.queued(work.samples());
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
    if (closing) {
      throw new ServiceException.NotReady(name + " is closing");
    }
  }

  /** Images that wait; those being computed are not among them. */
  int depth() {
    lock.lock();
    try {
      return queuedImages;
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
    int before = queuedImages + reservedImages;
    long now = ticker.nanos();
    double ahead = before * times.imageNanos();
    for (int worker = 0; worker < busyNanos.length; worker++) {
      ahead += Math.max(0, busyNanos[worker] - (now - busyNanosFrom[worker]));
    }
    return new LaneEstimate(
        Duration.ofNanos(Math.round(ahead / busyNanos.length)),
        Duration.ofNanos(Math.round(times.nanos(images))),
        before == 0 || before + images <= capacity);
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
      while (true) {
        List<Work> dropped = removePointless();
        if (!dropped.isEmpty()) {
          return Optional.of(new Taken(List.of(), dropped));
        }
        if (queue.isEmpty()) {
          if (closing) {
            return Optional.empty();
          }
          changed.await();
        } else {
          long patience = patience();
          if (patience <= 0) {
            return Optional.of(new Taken(begin(worker), List.of()));
          }
          changed.awaitNanos(patience);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private List<Work> removePointless() {
    List<Work> removed = new ArrayList<>();
    for (Iterator<Work> all = queue.iterator(); all.hasNext(); ) {
      Work work = all.next();
      if (work.isPointless(Duration.ofNanos(Math.round(times.nanos(work.samples()))))) {
        all.remove();
        removed(work);
        removed.add(work);
      }
    }
    return removed;
  }

  /** How long the oldest work may still be held back for others to join it. */
  private long patience() {
    if (closing || !policy.combines() || queuedImages >= policy.maxImages()) {
      return 0;
    }
    return policy.maxDelay().toNanos() - (ticker.nanos() - queue.getFirst().submitted());
  }

  /** The longest run of works from the front that fills a warmed size; else the first alone. */
  private List<Work> begin(int worker) {
    int size = 0;
    int count = 0;
    int best = 1;
    for (Work work : queue) {
      size += work.samples();
      count++;
      if (!policy.combines()
          || size > policy.maxImages()
          || work.input().kind() != queue.getFirst().input().kind()) {
        break;
      }
      best = policy.take(size) == size ? count : best;
    }
    List<Work> batch = new ArrayList<>();
    int images = 0;
    while (batch.size() < best) {
      Work work = queue.removeFirst();
      removed(work);
      images += work.samples();
      batch.add(work);
    }
    busyNanosFrom[worker] = ticker.nanos();
    busyNanos[worker] = times.nanos(images);
    return batch;
  }

  private void removed(Work work) {
    queuedImages -= work.samples();
    meters.unqueued(work.samples());
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
      left = List.copyOf(queue);
      left.forEach(this::removed);
      queue.clear();
    } finally {
      lock.unlock();
    }
    for (Work work : left) {
      work.answer()
          .completeExceptionally(
              new ServiceException.NotReady(name + " closed before this work was begun"));
    }
  }
}
