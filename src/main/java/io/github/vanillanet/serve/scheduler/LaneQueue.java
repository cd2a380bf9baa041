package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for a lane, counted in images, together with what is still being prepared for it.
 * Lanes that take turns share a lock, so an estimate sees what waits for all of them.
 */
final class LaneQueue {

  private final String name;
  private final int capacity;
  private final ServiceTime times;
  private final Scheduler turns;
  private final Ticker ticker;

  private final ReentrantLock lock; // that of the turns
  private final WaitingWork waiting; // guarded by lock
  private final LaneDispatch dispatch; // guarded by lock
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
    this.waiting = new WaitingWork(settings.batching(), times, meters, ticker);
    this.dispatch = new LaneDispatch(this, waiting, workers, times, turns);
    lock.lock();
    try {
      turns.join(this, workers);
    } finally {
      lock.unlock();
    }
  }

  Reservation reserve(int images, Deadline deadline, Duration preparation) {
    lock.lock();
    try {
      LaneEstimate estimate = requireRoomLocked(images, deadline, preparation);
      reservedImages += images;
      boolean known = !estimate.forward().isZero();
      Duration likely = known ? preparation.plus(estimate.likely()) : Duration.ZERO;
      return new Reservation(this, images, new Promise(deadline, ticker.nanos(), likely));
    } finally {
      lock.unlock();
    }
  }

  void requireRoom(int images, Deadline deadline) {
    lock.lock();
    try {
      requireRoomLocked(images, deadline, Duration.ZERO);
    } finally {
      lock.unlock();
    }
  }

  private LaneEstimate requireRoomLocked(int images, Deadline deadline, Duration preparation) {
    requireOpen();
    LaneEstimate estimate = estimateLocked(images);
    if (!estimate.room()) {
      throw ServiceException.rejected(
          ErrorCode.QUEUE_FULL, fullMessage(images), Optional.of(estimate.waiting()));
    }
    if (!deadline.allows(preparation.plus(estimate.total()))) {
      throw estimate.tooLate(name, deadline, preparation);
    }
    return estimate;
  }

  private String fullMessage(int images) {
    int before = waiting.images() + reservedImages;
    return name
        + (": " + before + " images wait and " + images + " more do not fit")
        + (", the queue holds " + capacity);
  }

  CompletableFuture<LaneAnswer> redeem(int reserved, ModelInput input, Promise promise) {
    Work work = new Work(input, promise, ticker.nanos(), new CompletableFuture<>());
    work.onCancel(() -> withdraw(work));
    lock.lock();
    try {
      reservedImages -= reserved;
      requireOpen();
      waiting.add(work);
      dispatch.wake();
    } finally {
      lock.unlock();
    }
    return work.answer();
  }

  /** Nobody waits for it any more: its place is free at once, unless it has been begun. */
  private void withdraw(Work work) {
    lock.lock();
    try {
      if (waiting.remove(work)) {
        dispatch.withdrawn(work);
      }
    } finally {
      lock.unlock();
    }
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
      throw new ServiceException(ErrorCode.NOT_READY, name + " is closing");
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
    return dispatch.isReady();
  }

  /** Under the lock, when {@link #isReady}: since when the first work waits. */
  long oldest() {
    return waiting.oldest();
  }

  /** Under the lock: what all takes that waits, is being prepared or is asked for. */
  double backlogNanos() {
    return (waiting.images() + reservedImages + dispatch.dueProbes()) * times.imageNanos();
  }

  /** Under the lock: what a probe takes. */
  double forwardNanos() {
    return times.nanos(1);
  }

  /** Under the lock: has the workers look whether it is their turn. */
  void wake() {
    dispatch.wake();
  }

  /** Under the lock: a worker that waits should compute a probe now. */
  boolean wantsProbe(int worker) {
    return dispatch.wantsProbe(worker);
  }

  /** Under the lock: a worker that waits has to, before anybody else begins anything. */
  boolean needsProbe(int worker) {
    return dispatch.needsProbe(worker);
  }

  /**
   * Waits for something to do, and for the turn to do it.
   *
   * @param worker who asks; what it took before is done
   * @return empty once the lane is closing and nothing waits
   */
  Optional<LaneDispatch.Taken> take(int worker) throws InterruptedException {
    return dispatch.take(worker);
  }

  /**
   * Has a worker compute a probe.
   *
   * @param patience until it comes before all other work
   */
  void ask(int worker, Duration patience) {
    lock.lock();
    try {
      dispatch.ask(worker, patience);
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is taken in any more. */
  void close() {
    lock.lock();
    try {
      closing = true;
      dispatch.close();
    } finally {
      lock.unlock();
    }
  }

  /** The worker's thread does nothing any more. */
  void ended(int worker) {
    lock.lock();
    try {
      turns.free(this, worker);
      turns.passOn();
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
    fail(
        left,
        new ServiceException(ErrorCode.NOT_READY, name + " closed before this work was begun"));
  }

  /** Fails everything that waits or is being computed, and takes nothing in any more. */
  void refuse(LaneFault found) {
    List<Work> left;
    lock.lock();
    try {
      fault = Optional.of(found);
      left = new ArrayList<>(waiting.removeAll());
      left.addAll(dispatch.removeRunning());
      if (found.sticky()) {
        dispatch.endProbes();
      }
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
