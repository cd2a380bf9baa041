package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The places where forwards are computed, shared by lanes: the n-th thread of every lane computes
 * at the n-th place, one of them at a time, and the oldest work goes first, whichever model it is
 * for; only a probe that waited too long comes before it. Side by side on the same processors
 * forwards only slow each other down, by as much as nobody can tell before. Thread-safe; what is
 * not public is for queues, which hold its lock.
 */
public final class Scheduler {

  /**
   * Of what is expected to be before a work, the part that may well come on top of it. The JVM
   * compiling large methods for a few hundred milliseconds is seen in most storms, and a forward
   * that shares its processor with that takes about twice its time.
   */
  private static final double RESERVE = 0.8;

  /** The next request is the least likely to come right after another one was answered. */
  private static final long RIGHT_AFTER_NANOS = 5_000_000;

  private final Ticker ticker;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<LaneQueue> queues = new ArrayList<>(); // guarded by lock
  private final List<Place> places = new ArrayList<>(); // guarded by lock
  private final Slippage slippage; // guarded by lock

  /**
   * @param ticker of all lanes that take turns
   */
  public Scheduler(Ticker ticker) {
    this.ticker = ticker;
    this.slippage = new Slippage(ticker);
  }

  /** One place. */
  private static final class Place {
    private Optional<LaneQueue> holder = Optional.empty();
    private long since; // when it was taken or freed
    private double expectedNanos;
    private boolean probed; // by who has it or had it last

    private double remainingNanos(long now) {
      return holder.isPresent() ? Math.max(0, expectedNanos - (now - since)) : 0;
    }
  }

  /** Whether nothing has been computed for so long, and nothing waits or is being prepared. */
  public boolean isIdleFor(Duration time) {
    lock.lock();
    try {
      long now = ticker.nanos();
      return queues.stream().allMatch(LaneQueue::isIdle)
          && places.stream()
              .allMatch(place -> place.holder.isEmpty() && now - place.since >= time.toNanos());
    } finally {
      lock.unlock();
    }
  }

  Ticker ticker() {
    return ticker;
  }

  ReentrantLock lock() {
    return lock;
  }

  /** Every lane has a thread at every place: the oldest work must not wait where it has none. */
  void join(LaneQueue queue, int threads) {
    if (!places.isEmpty() && threads != places.size()) {
      throw new IllegalArgumentException(
          "expected %d threads, as the other lanes have, found %d"
              .formatted(places.size(), threads));
    }
    queues.add(queue);
    while (places.size() < threads) {
      Place place = new Place();
      place.since = ticker.nanos();
      places.add(place);
    }
  }

  /** Ends the turns of a queue. Idempotent. */
  void leave(LaneQueue queue) {
    queues.remove(queue);
    freeAll(queue);
  }

  /** Frees what {@code queue} has, though a forward may still be running there. */
  void freeAll(LaneQueue queue) {
    for (int place = 0; place < places.size(); place++) {
      free(queue, place);
    }
    passOn();
  }

  boolean isFree(int place) {
    return places.get(place).holder.isEmpty();
  }

  /** Whether a place was freed by work just now, and nothing waits for it. */
  boolean isRightAfterWork(int index) {
    Place place = places.get(index);
    return isFree(index)
        && !place.probed
        && ticker.nanos() - place.since < RIGHT_AFTER_NANOS
        && queues.stream().allMatch(LaneQueue::isEmpty);
  }

  /** Whether {@code queue} may begin its first work at a place. */
  boolean isNext(LaneQueue queue, int place) {
    return isFree(place)
        && queues.stream().noneMatch(other -> other.needsProbe(place))
        && oldest().filter(queue::equals).isPresent();
  }

  private Optional<LaneQueue> oldest() {
    Optional<LaneQueue> oldest = Optional.empty();
    for (LaneQueue queue : queues) {
      if (queue.isReady() && oldest.filter(o -> o.oldest() - queue.oldest() <= 0).isEmpty()) {
        oldest = Optional.of(queue);
      }
    }
    return oldest;
  }

  /**
   * Takes a place that is free.
   *
   * @param expectedNanos until it is free again
   * @param probe instead of work
   * @return since when it was free
   */
  long take(LaneQueue queue, int index, double expectedNanos, boolean probe) {
    Place place = places.get(index);
    final long freeSince = place.since;
    place.holder = Optional.of(queue);
    place.since = ticker.nanos();
    place.expectedNanos = expectedNanos;
    place.probed = probe;
    return freeSince;
  }

  /** Frees a place if {@code queue} has it. */
  void free(LaneQueue queue, int index) {
    Place place = places.get(index);
    if (place.holder.filter(queue::equals).isPresent()) {
      place.holder = Optional.empty();
      place.since = ticker.nanos();
    }
  }

  /** Wakes who may be next, if a place is free. */
  void passOn() {
    for (int place = 0; place < places.size(); place++) {
      if (isFree(place)) {
        wakeFor(place);
      }
    }
  }

  private void wakeFor(int place) {
    List<LaneQueue> probes = queues.stream().filter(queue -> queue.wantsProbe(place)).toList();
    if (probes.isEmpty()) {
      oldest().ifPresent(LaneQueue::wake);
    } else {
      probes.forEach(LaneQueue::wake);
    }
  }

  /** How long new work would wait, on average over the places. */
  double aheadNanos() {
    long now = ticker.nanos();
    double nanos = queues.stream().mapToDouble(LaneQueue::backlogNanos).sum();
    nanos += places.stream().mapToDouble(place -> place.remainingNanos(now)).sum();
    return nanos / places.size();
  }

  /**
   * By how much work may well take longer than expected: by as much as other work did, and by a
   * part of what is before it and a probe, of whichever model, that becomes due meanwhile.
   *
   * @param aheadNanos that is expected to be before it
   * @param ownNanos that it is expected to take itself
   */
  double marginNanos(double aheadNanos, double ownNanos) {
    double probe = queues.stream().mapToDouble(LaneQueue::forwardNanos).max().orElse(0);
    double known = RESERVE * aheadNanos + Math.min(aheadNanos, probe / places.size());
    return Math.max(known, slippage.nanos(aheadNanos + ownNanos));
  }

  /** Learns from work that is done, or that was dropped because it was late. */
  void learn(double expectedNanos, double nanos) {
    slippage.add(expectedNanos, nanos);
  }
}
