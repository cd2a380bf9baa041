package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.stream.LongStream;

/**
 * Hands a lane's workers what they do next, when it is their turn: work that waits, or a probe. All
 * but {@link #take} is called with the lock of the turns held.
 */
final class LaneDispatch {

  private final LaneQueue queue;
  private final WaitingWork waiting;
  private final ServiceTime times;
  private final Scheduler turns;
  private final Ticker ticker;
  private final Condition changed;

  private final List<List<Work>> running; // what each worker computes
  private final DueProbes probes;
  private final boolean[] idle; // workers that wait in here
  private boolean closing;
  private boolean probesEnded;

  LaneDispatch(
      LaneQueue queue, WaitingWork waiting, int workers, ServiceTime times, Scheduler turns) {
    this.queue = queue;
    this.waiting = waiting;
    this.times = times;
    this.turns = turns;
    this.ticker = turns.ticker();
    this.changed = turns.lock().newCondition();
    this.running = new ArrayList<>(Collections.nCopies(workers, List.of()));
    this.probes = new DueProbes(workers);
    this.idle = new boolean[workers];
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

  /** Has the workers look whether there is something for them. */
  void wake() {
    changed.signalAll();
  }

  /** What waits is handed out without further delay; after it workers get nothing. */
  void close() {
    closing = true;
    wake();
  }

  /** Something waits, and for nothing but its turn. */
  boolean isReady() {
    return !waiting.isEmpty() && (closing || waiting.patience() <= 0);
  }

  /** It waits no more, as nobody waits for it. */
  void withdrawn(Work work) {
    learn(work);
    wake(); // a lane that is closing may be done, and what comes next is another's turn
  }

  /** What is being computed. It is told that it failed: nothing is learnt from when it ends. */
  List<Work> removeRunning() {
    List<Work> all = running.stream().flatMap(List::stream).toList();
    Collections.fill(running, List.of());
    return all;
  }

  /** No probe can change anything any more. */
  void endProbes() {
    probesEnded = true;
    probes.clear();
  }

  /** Probes that are due and not begun. */
  int dueProbes() {
    return probes.count();
  }

  /**
   * Has a worker compute a probe.
   *
   * @param patience until it comes before all other work
   */
  void ask(int worker, Duration patience) {
    if (!probesEnded) {
      probes.add(worker, Deadline.after(ticker, ticker.nanos(), patience));
      wake();
    }
  }

  /**
   * Waits for work, and for the turn to do it.
   *
   * @param worker who asks; what it took before is done
   * @return empty once the lane is closing and nothing waits
   */
  Optional<Taken> take(int worker) throws InterruptedException {
    turns.lock().lockInterruptibly();
    try {
      running.set(worker, List.of()).forEach(this::learn);
      turns.free(queue, worker);
      while (true) {
        long due = nanosUntilDue(worker); // asked first: what becomes due meanwhile is seen below
        List<Work> dropped = waiting.removePointless();
        if (!dropped.isEmpty()) {
          dropped.forEach(this::learn);
          return Optional.of(new Taken(List.of(), dropped, false, ticker.nanos()));
        }
        if (closing && waiting.isEmpty()) {
          turns.passOn();
          return Optional.empty();
        }
        if (mayProbe(worker)) {
          return Optional.of(beginProbe(worker));
        }
        if (turns.isNext(queue, worker)) {
          return Optional.of(begin(worker));
        }
        turns.passOn();
        await(worker, due);
      }
    } finally {
      turns.lock().unlock();
    }
  }

  private void await(int worker, long nanos) throws InterruptedException {
    idle[worker] = true;
    try {
      changed.awaitNanos(nanos);
    } finally {
      idle[worker] = false;
    }
  }

  /** What was given up before its time tells nothing of how long it would have taken. */
  private void learn(Work work) {
    Promise promise = work.promise();
    boolean wholeOrLate = !work.answer().isCompletedExceptionally() || promise.deadline().passed();
    if (wholeOrLate && !promise.likely().isZero()) { // it is before anything was measured
      turns.learn(promise.likely().toNanos(), ticker.nanos() - promise.given());
    }
  }

  /** When time alone changes what a worker may do; never if it does not. */
  private long nanosUntilDue(int worker) {
    long patience = waiting.isEmpty() ? 0 : waiting.patience();
    return LongStream.of(patience, waiting.nanosUntilPointless(), probes.nanosLeft(worker))
        .filter(due -> due > 0)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private Taken begin(int worker) {
    List<Work> batch = waiting.removeBatch();
    running.set(worker, batch);
    long freeSince = turns.take(queue, worker, times.nanos(images(batch)), false);
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

  /** A worker that waits should compute a probe now. */
  boolean wantsProbe(int worker) {
    return idle[worker] && mayProbe(worker);
  }

  /** A worker that waits has to, before anybody else begins anything. */
  boolean needsProbe(int worker) {
    return idle[worker] && !closing && probes.isOverdue(worker);
  }

  private Taken beginProbe(int worker) {
    probes.remove(worker);
    long freeSince = turns.take(queue, worker, times.nanos(1), true);
    return new Taken(List.of(), List.of(), true, freeSince);
  }
}
