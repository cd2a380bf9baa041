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
import java.util.stream.LongStream;

/**
 * What waits for a lane, counted in images, together with what is still being prepared for it.
 * Lanes that take turns share a lock, so an estimate sees what waits for all of them.
 */
final class LaneQueue {

  private final String name;
  private final int capacity;
  private final ServiceTime times;
  private final Turns turns;
  private final Ticker ticker;

  private final ReentrantLock lock; // that of the turns
  private final Condition changed;
  private final WaitingWork waiting; // guarded by lock
  private final List<List<Work>> running; // guarded by lock: what each worker computes
  private final DueProbes probes; // guarded by lock
  private final boolean[] idle; // guarded by lock: workers that wait in here
  private int reservedImages; // guarded by lock
  private boolean closing; // guarded by lock
  private Optional<LaneFault> fault = Optional.empty(); // guarded by lock

  LaneQueue(
      String name, int workers, LaneSettings settings, ServiceTime times, VersionMeters meters) {
    this.name = name;
    this.capacity = settings.capacity();
    this.times = times;
    this.turns = settings.turns();
    this.ticker = turns.ticker();
    this.lock = turns.lock();
    this.changed = lock.newCondition();
    this.waiting = new WaitingWork(settings.batching(), times, meters);
    this.running = new ArrayList<>(Collections.nCopies(workers, List.of()));
    this.probes = new DueProbes(workers);
    this.idle = new boolean[workers];
    lock.lock();
    try {
      turns.join(this, workers);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What a worker does next.
   *
   * @param batch of one kind, to be computed together; may be empty
   * @param dropped to be told so: it left the queue and will not be computed
   * @param probe instead of both
   * @param since when it could be begun: the work was there, and the place was free
   */
  record Taken(List<Work> batch, List<Work> dropped, boolean probe, long since) {}

  Ticket reserve(int images, Deadline deadline, Duration preparation) {
    lock.lock();
    try {
      requireOpen();
      LaneEstimate estimate = estimateLocked(images);
      if (!estimate.room()) {
        throw new ServiceException.QueueFull(fullMessage(images), estimate.waiting());
      }
      Duration expected = preparation.plus(estimate.total());
      if (!deadline.allows(expected)) {
        throw LaneEstimate.tooLate(name, deadline, expected);
      }
      reservedImages += images;
      Duration likely = preparation.plus(estimate.likely());
      return new Ticket(this, images, new Promise(deadline, ticker.nanos(), likely));
    } finally {
      lock.unlock();
    }
  }

  private String fullMessage(int images) {
    int before = waiting.images() + reservedImages;
    return name
        + (": " + before + " images wait and " + images + " more do not fit")
        + (", the queue holds " + capacity);
  }

  CompletableFuture<LaneAnswer> redeem(int reserved, ModelInput input, Promise promise) {
    Work work = new Work(input, promise, ticker.nanos(), new CompletableFuture<>());
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
    double ahead = turns.aheadNanos();
    double own = times.nanos(images);
    return new LaneEstimate(
        Duration.ofNanos(Math.round(ahead)),
        Duration.ofNanos(Math.round(own)),
        Duration.ofNanos(Math.round(turns.marginNanos(ahead, own))),
        fault.isEmpty() && (before == 0 || before + images <= capacity));
  }

  /** Under the lock: nothing waits. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Under the lock: nothing is being prepared either. */
  boolean isIdle() {
    return waiting.isEmpty() && reservedImages == 0;
  }

  /** Under the lock: something waits, and for nothing but its turn. */
  boolean isReady() {
    return !waiting.isEmpty() && (closing || waiting.patience(ticker.nanos()) <= 0);
  }

  /** Under the lock, when {@link #isReady}: since when the first work waits. */
  long oldest() {
    return waiting.oldest();
  }

  /** Under the lock: what all takes that waits, is being prepared or is asked for. */
  double backlogNanos() {
    return (waiting.images() + reservedImages + probes.count()) * times.imageNanos();
  }

  /** Under the lock: what a probe takes. */
  double forwardNanos() {
    return times.nanos(1);
  }

  /** Under the lock: has the workers look whether it is their turn. */
  void wake() {
    changed.signalAll();
  }

  /**
   * Waits for work, and for the turn to do it.
   *
   * @param worker who asks; what it took before is done
   * @return empty once the lane is closing and nothing waits
   */
  Optional<Taken> take(int worker) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      running.set(worker, List.of()).forEach(this::learn);
      turns.free(this, worker);
      while (true) {
        long due = nanosUntilDue(worker); // asked first: what becomes due meanwhile is seen below
        List<Work> dropped = waiting.removePointless();
        if (!dropped.isEmpty()) {
          dropped.stream().filter(work -> !work.answer().isDone()).forEach(this::learn);
          return Optional.of(new Taken(List.of(), dropped, false, ticker.nanos()));
        }
        if (closing && waiting.isEmpty()) {
          turns.passOn();
          return Optional.empty();
        }
        if (mayProbe(worker)) {
          return Optional.of(beginProbe(worker));
        }
        if (turns.isNext(this, worker)) {
          return Optional.of(begin(worker));
        }
        turns.passOn();
        idle[worker] = true;
        changed.awaitNanos(due);
        idle[worker] = false;
      }
    } finally {
      lock.unlock();
    }
  }

  private void learn(Work work) {
    Promise promise = work.promise();
    if (!promise.likely().isZero()) { // it is before anything was measured
      turns.learn(promise.likely().toNanos(), ticker.nanos() - promise.given());
    }
  }

  /** When time alone changes what a worker may do; never if it does not. */
  private long nanosUntilDue(int worker) {
    long patience = waiting.isEmpty() ? 0 : waiting.patience(ticker.nanos());
    return LongStream.of(patience, probes.nanosLeft(worker))
        .filter(due -> due > 0)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private Taken begin(int worker) {
    List<Work> batch = waiting.removeBatch();
    running.set(worker, batch);
    long freeSince = turns.take(this, worker, times.nanos(images(batch)), false);
    long submitted = batch.get(0).submitted();
    long since = submitted - freeSince > 0 ? submitted : freeSince;
    return new Taken(batch, List.of(), false, since);
  }

  private static int images(List<Work> works) {
    return works.stream().mapToInt(Work::samples).sum();
  }

  /** A probe delays the next request least right after work; it cannot wait for that for ever. */
  private boolean mayProbe(int worker) {
    boolean due = !closing && probes.contains(worker);
    return due
        && (turns.isRightAfterWork(worker) || turns.isFree(worker) && probes.isOverdue(worker));
  }

  /** Under the lock: a worker that waits should compute a probe now. */
  boolean wantsProbe(int worker) {
    return idle[worker] && mayProbe(worker);
  }

  /** Under the lock: a worker that waits has to, before anybody else begins anything. */
  boolean needsProbe(int worker) {
    return idle[worker] && !closing && probes.isOverdue(worker);
  }

  private Taken beginProbe(int worker) {
    probes.remove(worker);
    long freeSince = turns.take(this, worker, forwardNanos(), true);
    return new Taken(List.of(), List.of(), true, freeSince);
  }

  /**
   * Has a worker compute a probe.
   *
   * @param patience until it comes before all other work
   */
  void ask(int worker, Duration patience) {
    lock.lock();
    try {
      probes.add(worker, Deadline.after(ticker, ticker.nanos(), patience));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
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

  /** Fails everything that waits, and takes no further turn; what is computed is left alone. */
  void failAll() {
    List<Work> left;
    lock.lock();
    try {
      left = waiting.removeAll();
      turns.leave(this);
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
      turns.freeAll(this); // a hung forward keeps nobody waiting
    } finally {
      lock.unlock();
    }
    fail(left, found.refusal(name));
  }

  private static void fail(List<Work> works, ServiceException reason) {
    works.forEach(work -> work.answer().completeExceptionally(reason));
  }
}
