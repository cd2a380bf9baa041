package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.timing.Deadline;
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
  final List<WorkerState> workers = new ArrayList<>();

  private final VersionMeters meters;
  private final MovingAverage imageTime;
  private final MovingAverage forwardTime; // of whole batches
  private final Ticker ticker;
  private final ArrayDeque<Reservation> works = new ArrayDeque<>();

  int images; // of all waiting work
  int reserved; // images whose input is being prepared
  int woken; // workers that were woken for work and have not taken it yet
  boolean closing; // no new work; waiting work is computed without delay
  volatile BatchPolicy policy; // decided by the end of the warm-up, like the next three
  private volatile boolean combines;
  private volatile boolean holdsBack;
  volatile Optional<RecomputationCost> recomputation = Optional.empty();
  volatile Optional<LaneFault> fault = Optional.empty(); // written under the lock
  Optional<LaneFault> faultBeforeHang = Optional.empty();

  LaneQueue(String name, int workers, LaneSettings settings, VersionMeters meters, Ticker ticker) {
    this.name = name;
    this.capacity = settings.capacity();
    use(settings.batching());
    this.imageTime = new MovingAverage(ticker);
    this.forwardTime = new MovingAverage(ticker);
    this.meters = meters;
    this.ticker = ticker;
    for (int worker = 0; worker < workers; worker++) {
      this.workers.add(new WorkerState());
    }
  }

  /** Forgets the measured times except these, and serves from now on as they suggest. */
  void open(Lane.Opening opening) {
    imageTime.restart(opening.oneImage().toNanos());
    forwardTime.restart(opening.oneImage().toNanos());
    use(opening.batching());
    recomputation = opening.recomputation().map(plan -> new RecomputationCost(plan, ticker));
  }

  private void use(BatchPolicy batching) {
    policy = batching;
    combines = batching.combines();
    holdsBack = combines && !batching.maxDelay().isZero();
  }

  /** A forward took {@code nanos}. Thread-safe. */
  void computed(long nanos) {
    if (combines) {
      forwardTime.add(nanos);
    }
  }

  /**
   * A worker was occupied for {@code nanos} by {@code count} images, from the moment when it was
   * free for them until it was free again. So the time includes other load on the processor, and
   * the times of all waiting images add up. Thread-safe.
   */
  void done(int count, long nanos) {
    imageTime.add((double) nanos / count);
  }

  /** Expected time of new work, with the expected share of second forwards. Thread-safe. */
  double nanos(int count) {
    Optional<RecomputationCost> cost = recomputation;
    double second = cost.isPresent() ? count * cost.get().shareNanos() : 0;
    double alone = count * imageTime.nanos();
    return second + (combines ? Math.max(alone, forwardTime.nanos()) : alone);
  }

  /** The same without second forwards; a single image may wait for a whole batch. Thread-safe. */
  double leastNanos(int count) {
    double alone = count * imageTime.nanos();
    return combines ? Math.max(alone, forwardTime.nanos()) : alone;
  }

  /** Expected time of both forwards. Thread-safe. */
  double longestNanos(int count) {
    Optional<RecomputationCost> cost = recomputation;
    double second = cost.isPresent() ? cost.get().nanos(count) : 0;
    double alone = count * imageTime.nanos();
    return second + (combines ? Math.max(alone, forwardTime.nanos()) : alone);
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
    for (WorkerState worker : workers) {
      backlog += worker.probe.isPresent() ? 1 : 0;
    }
    Optional<RecomputationCost> cost = recomputation;
    return backlog * (imageTime.nanos() + (cost.isPresent() ? cost.get().shareNanos() : 0));
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
   * Rejects work that has no room or whose estimate ends after its deadline.
   *
   * @param aheadNanos until the work before it is done
   * @param ownNanos of preparation and forward
   */
  void requireRoom(
      int more, Deadline deadline, double aheadNanos, double ownNanos, double marginNanos) {
    requireOpen();
    if (!hasRoom(more)) {
      throw Rejections.full(name, images + reserved, more, capacity, aheadNanos);
    }
    Duration expected = Duration.ofNanos(Math.round(aheadNanos + ownNanos + marginNanos));
    if (!deadline.allows(expected)) {
      throw Rejections.late(name, expected, deadline, ownNanos);
    }
  }

  void wake(int worker) {
    workers.get(worker).waiting.ifPresent(LockSupport::unpark);
  }

  void wakeWorkers() {
    workers.forEach(worker -> worker.waiting.ifPresent(LockSupport::unpark));
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
    long together = Math.round(leastNanos(images));
    long hold = policy.maxDelay().toNanos() - (now - oldest());
    for (Reservation work : works) {
      long waited = now - work.submittedAt;
      long spare = work.deadline.remaining().toNanos() - together;
      hold = Math.min(hold, (spare - waited) / 2);
    }
    return hold;
  }

  void add(Reservation work) {
    works.add(work);
    images += work.images;
    meters.queued(work.images);
  }

  /** Removes {@code work} if it still waits, without computing it. */
  boolean drop(Reservation work) {
    boolean removed = works.removeIf(waiting -> waiting == work);
    if (removed) {
      dropped(work);
    }
    return removed;
  }

  /** Removes all work that cannot be computed in time. */
  List<Reservation> dropPointless() {
    List<Reservation> pointless = List.of();
    for (Iterator<Reservation> all = works.iterator(); all.hasNext(); ) {
      Reservation work = all.next();
      if (work.isPointless(leastNanos(work.images))) {
        all.remove();
        dropped(work);
        pointless = pointless.isEmpty() ? new ArrayList<>() : pointless;
        pointless.add(work);
      }
    }
    return pointless;
  }

  private void dropped(Reservation work) {
    removed(work);
    meters.dropped(ticker.nanos() - work.submittedAt);
  }

  /**
   * Removes the work of the next forward: the longest run of equal kind from the front that fills a
   * warmed-up size, otherwise the first work alone. Empty if nothing waits.
   */
  List<Reservation> removeBatch() {
    int size = 0;
    int count = 0;
    int best = Math.min(1, works.size());
    for (Reservation work : works) {
      size += work.images;
      count++;
      if (!combines
          || size > policy.maxImages()
          || work.input.kind() != works.getFirst().input.kind()) {
        break;
      }
      best = policy.take(size) == size ? count : best;
    }
    List<Reservation> batch = new ArrayList<>(best);
    while (batch.size() < best) {
      Reservation work = works.removeFirst();
      removed(work);
      batch.add(work);
    }
    return batch;
  }

  List<Reservation> removeAll() {
    List<Reservation> all = new ArrayList<>(works);
    all.forEach(this::removed);
    works.clear();
    return all;
  }

  /** Removes the work that is being computed. When it ends, nothing is learnt from its time. */
  List<Reservation> removeRunning() {
    List<Reservation> all = new ArrayList<>();
    for (WorkerState worker : workers) {
      all.addAll(worker.running);
      worker.running = List.of();
    }
    return all;
  }

  private void removed(Reservation work) {
    images -= work.images;
    meters.unqueued(work.images);
  }
}
