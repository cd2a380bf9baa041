package io.github.vanillanet.batching;

import io.github.vanillanet.timing.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The places where forwards are computed, shared by lanes: the n-th thread of every lane computes
 * at the n-th place, one of them at a time, and the oldest work goes first, whichever model it is
 * for. Side by side on the same processors forwards only slow each other down, by as much as nobody
 * can tell before. Its methods but the constructor are for queues, which hold its lock.
 */
public final class Turns {

  /** Of what is expected to be before a work, the part that may well come on top of it. */
  private static final double RESERVE = 0.2;

  private final Ticker ticker;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<LaneQueue> queues = new ArrayList<>(); // guarded by lock
  private final List<Place> places = new ArrayList<>(); // guarded by lock
  private final Slippage slippage; // guarded by lock

  /**
   * @param ticker of all lanes that take turns
   */
  public Turns(Ticker ticker) {
    this.ticker = ticker;
    this.slippage = new Slippage(ticker);
  }

  /** One place. */
  private static final class Place {
    private Optional<LaneQueue> holder = Optional.empty();
    private long since; // when it was taken or freed
    private double expectedNanos;

    private double remainingNanos(long now) {
      return holder.isPresent() ? Math.max(0, expectedNanos - (now - since)) : 0;
    }
  }

  Ticker ticker() {
    return ticker;
  }

  ReentrantLock lock() {
    return lock;
  }

  void join(LaneQueue queue, int threads) {
    queues.add(queue);
    while (places.size() < threads) {
      Place place = new Place();
      place.since = ticker.nanos();
      places.add(place);
    }
  }

  /** Ends the turns of a queue, though a forward of it may still be running. Idempotent. */
  void leave(LaneQueue queue) {
    queues.remove(queue);
    for (int place = 0; place < places.size(); place++) {
      free(queue, place);
    }
    passOn();
  }

  boolean isFree(int place) {
    return places.get(place).holder.isEmpty();
  }

  boolean nothingWaits() {
    return queues.stream().allMatch(LaneQueue::isEmpty);
  }

  /** Whether {@code queue} may begin its first work at a place. */
  boolean isNext(LaneQueue queue, int place) {
    return isFree(place)
        && queues.stream().noneMatch(other -> other.isProbeOverdue(place))
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
   * @return since when it was free
   */
  long take(LaneQueue queue, int index, double expectedNanos) {
    Place place = places.get(index);
    final long freeSince = place.since;
    place.holder = Optional.of(queue);
    place.since = ticker.nanos();
    place.expectedNanos = expectedNanos;
    return freeSince;
  }

  /**
   * Frees a place.
   *
   * @return false if {@code queue} did not have it
   */
  boolean free(LaneQueue queue, int index) {
    Place place = places.get(index);
    boolean held = place.holder.filter(queue::equals).isPresent();
    if (held) {
      place.holder = Optional.empty();
      place.since = ticker.nanos();
    }
    return held;
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
    List<LaneQueue> probes = queues.stream().filter(queue -> queue.isProbeOverdue(place)).toList();
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
   * By how much work may well take longer than expected. Without experience, too, not all of a
   * queue is promised: what slows one forward down slows down the others.
   *
   * @param aheadNanos that is expected to be before it
   * @param ownNanos that it is expected to take itself
   */
  double marginNanos(double aheadNanos, double ownNanos) {
    return Math.max(RESERVE * aheadNanos, (slippage.factor() - 1) * (aheadNanos + ownNanos));
  }

  /** Learns from work that is done, or that was dropped because it was late. */
  void learn(double expectedNanos, double nanos) {
    slippage.add(expectedNanos, nanos);
  }
}
