package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Decides which lane computes next. All lanes of a service share one scheduler. It has places, as
 * many as each lane has workers: worker n of every lane computes at place n. Forwards at one place
 * do not overlap, because on the same processors they would only slow each other down.
 *
 * <p>This object's lock guards the places, the queues of all lanes and the estimator. Whenever it
 * is free:
 *
 * <ul>
 *   <li>A place is free or held by one lane, whose worker computes there or has been woken for it.
 *   <li>No place is free while its worker of some lane waits and that lane has ready work. Work is
 *       ready unless it is held back to fill a batch; a waiting worker wakes when that time ends.
 *   <li>A free place goes to an overdue probe, then to the oldest ready work of all lanes, then,
 *       right after work and if nothing waits, to a probe that is due. At any other moment a probe
 *       is more likely to delay the next request.
 *   <li>The waiting and reserved images of a lane do not exceed its capacity, except for one larger
 *       request in an empty queue.
 *   <li>A lane with a fault has no work. It computes probes only, and none if the fault is sticky.
 * </ul>
 *
 * <p>No future is completed while the lock is held. Thread-safe.
 */
public final class Scheduler {

  private final Ticker ticker;
  private final Places places; // guarded by this
  private final LatencyEstimator estimator; // guarded by this

  /**
   * The next task of a worker.
   *
   * @param batch of one kind, to be computed together; may be empty
   * @param dropped to be failed, because its deadline cannot be met
   * @param probe whether to compute a probe instead
   * @param since time from which the task could have begun, with its work submitted and the place
   *     free
   */
  record Task(List<Reservation> batch, List<Reservation> dropped, boolean probe, long since) {}

  public Scheduler(Ticker ticker) {
    this.ticker = ticker;
    this.places = new Places(ticker);
    this.estimator = new LatencyEstimator(ticker);
  }

  Ticker ticker() {
    return ticker;
  }

  /** Creates the queue of a new lane. */
  synchronized LaneQueue join(
      String name, int workers, LaneSettings settings, VersionMeters meters) {
    LaneQueue lane = new LaneQueue(name, workers, settings, meters, ticker);
    places.add(lane);
    return lane;
  }

  synchronized int depth(LaneQueue lane) {
    return lane.images;
  }

  synchronized Lane.Estimate estimate(LaneQueue lane, int images) {
    double ahead = places.aheadNanos();
    double own = lane.nanos(images);
    double margin = estimator.margin(ahead, own, places.probeNanos());
    return new Lane.Estimate(
        Duration.ofNanos(Math.round(ahead)),
        Duration.ofNanos(Math.round(own)),
        Duration.ofNanos(Math.round(margin)),
        lane.hasRoom(images));
  }

  synchronized Reservation reserve(
      LaneQueue lane, int images, Deadline deadline, Duration preparation) {
    long likely = requireRoomInTime(lane, images, deadline, preparation);
    lane.reserved += images;
    return new Reservation(this, lane, images, deadline, ticker.nanos(), likely);
  }

  /** Checks what {@link #reserve} checks. */
  synchronized void requireRoom(
      LaneQueue lane, int images, Deadline deadline, Duration preparation) {
    if (deadline.exists() || !lane.hasRoom(images)) {
      requireRoomInTime(lane, images, deadline, preparation);
    } else {
      lane.requireOpen(); // without a deadline, the estimates do not matter
    }
  }

  /**
   * @return expected nanoseconds until the answer, without margin; 0 before anything was measured
   */
  private long requireRoomInTime(
      LaneQueue lane, int images, Deadline deadline, Duration preparation) {
    double ahead = places.aheadNanos();
    double forward = lane.nanos(images);
    double margin = estimator.margin(ahead, forward, places.probeNanos());
    double own = preparation.toNanos() + forward;
    lane.requireRoom(images, deadline, ahead, own, margin);
    return forward == 0 ? 0 : Math.round(ahead + own);
  }

  synchronized void release(Reservation reservation) {
    reservation.queue.reserved -= reservation.images;
  }

  void submit(Reservation work, int samples) {
    work.answer.whenComplete(
        (answer, failure) -> {
          if (work.answer.isCancelled()) {
            withdraw(work);
          }
        });
    enqueue(work, samples);
  }

  private synchronized void enqueue(Reservation work, int samples) {
    LaneQueue lane = work.queue;
    lane.reserved -= work.images;
    work.images = samples;
    work.submittedAt = ticker.nanos();
    lane.requireOpen();
    lane.add(work);
    if (lane.isReady()) {
      places.dispatchAll();
    } else {
      lane.wakeWorkers(); // the new work may be held back for less time than the others
    }
  }

  private synchronized void withdraw(Reservation work) {
    LaneQueue lane = work.queue;
    if (lane.drop(work)) {
      learn(work);
      if (lane.isDone()) {
        lane.wakeWorkers();
      }
    }
  }

  /** Learns from work that ended, unless it was cancelled or failed before its deadline. */
  private void learn(Reservation work) {
    boolean known = !work.answer.isCompletedExceptionally() || work.deadline.passed();
    if (known && work.likelyNanos > 0) {
      estimator.learn(work.likelyNanos, work.spentNanos(ticker.nanos()));
    }
  }

  /**
   * Waits for the next task of a worker, whose last task is done. Called on the worker's thread.
   *
   * @return empty when the lane is closing and nothing waits
   */
  Optional<Task> next(LaneQueue lane, int index) throws InterruptedException {
    finish(lane, index);
    while (!Thread.interrupted()) {
      long due;
      synchronized (this) {
        due = lane.nanosUntilDue(index); // before dispatch, which sees what is due by then
        places.dispatch(index, false);
        if (places.isHeldBy(lane, index)) {
          return Optional.of(begin(lane, index));
        }
        if (lane.isDone()) {
          return Optional.empty();
        }
      }
      LockSupport.parkNanos(this, due);
    }
    throw new InterruptedException();
  }

  private synchronized void finish(LaneQueue lane, int index) {
    WorkerState worker = lane.workers.get(index);
    worker.running.forEach(this::learn);
    worker.running = List.of();
    worker.waiting = Optional.of(Thread.currentThread());
    places.free(lane, index);
  }

  private Task begin(LaneQueue lane, int index) {
    WorkerState worker = lane.workers.get(index);
    worker.waiting = Optional.empty();
    if (places.isForProbe(index)) {
      worker.probe = Optional.empty();
      long freeSince = places.begin(index, lane.longestNanos(1), false);
      return new Task(List.of(), List.of(), true, freeSince);
    }
    List<Reservation> dropped = lane.dropPointless();
    dropped.forEach(this::learn);
    List<Reservation> batch = lane.removeBatch();
    worker.running = batch;
    if (lane.isDone()) {
      lane.wakeWorkers();
    }
    if (batch.isEmpty()) { // it was withdrawn or dropped
      return new Task(batch, dropped, false, places.begin(index, 0, false));
    }
    long freeSince = places.begin(index, lane.nanos(Reservation.images(batch)), true);
    long submitted = batch.get(0).submittedAt;
    return new Task(batch, dropped, false, submitted - freeSince > 0 ? submitted : freeSince);
  }

  /** The task of a worker continues for {@code nanos} from now on. */
  synchronized void extend(LaneQueue lane, int index, double nanos) {
    if (places.isHeldBy(lane, index)) {
      places.extend(index, nanos);
    }
  }

  /** The worker's thread ends. */
  synchronized void ended(LaneQueue lane, int index) {
    lane.workers.get(index).waiting = Optional.empty();
    places.free(lane, index);
  }

  /**
   * Requests a probe of one worker.
   *
   * @param maxDelay time after which the probe precedes all work
   */
  synchronized void requestProbe(LaneQueue lane, int index, Duration maxDelay) {
    if (lane.fault.filter(LaneFault::sticky).isEmpty()) {
      WorkerState worker = lane.workers.get(index);
      worker.probe = Optional.of(Deadline.after(ticker, ticker.nanos(), maxDelay));
      lane.wake(index); // to wait no longer than this delay
    }
  }

  /** The lane accepts no more work. Its workers end when nothing waits. */
  synchronized void close(LaneQueue lane) {
    lane.closing = true;
    lane.wakeWorkers();
    places.dispatchAll();
  }

  /** Removes a lane and returns its waiting work, which the caller fails. */
  synchronized List<Reservation> leave(LaneQueue lane) {
    List<Reservation> waiting = lane.removeAll();
    places.remove(lane);
    return waiting;
  }

  /**
   * Takes a lane out of service. Its places are free from now on, even if a forward hangs there.
   *
   * @return its waiting and running work, which the caller fails; empty if the lane already has a
   *     fault, unless the new one is worse
   */
  synchronized Optional<List<Reservation>> fault(LaneQueue lane, LaneFault found) {
    if (lane.fault.filter(known -> !found.isWorseThan(known)).isPresent()) {
      return Optional.empty();
    }
    lane.faultBeforeHang = found.isHang() ? lane.fault : Optional.empty();
    lane.fault = Optional.of(found);
    List<Reservation> failed = lane.removeAll();
    failed.addAll(lane.removeRunning());
    if (found.sticky()) {
      lane.workers.forEach(worker -> worker.probe = Optional.empty());
    }
    places.freeAll(lane);
    return Optional.of(failed);
  }

  /**
   * Ends a hang. The lane is in service again, unless it had another fault before.
   *
   * @return false if its fault is not a hang
   */
  synchronized boolean endHang(LaneQueue lane) {
    boolean hung = lane.fault.filter(LaneFault::isHang).isPresent();
    if (hung) {
      lane.fault = lane.faultBeforeHang;
    }
    return hung;
  }
}
