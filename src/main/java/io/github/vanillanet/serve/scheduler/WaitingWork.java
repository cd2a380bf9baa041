package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** Works in the order in which they came, counted in images. Guarded by its queue's lock. */
final class WaitingWork {

  private final BatchPolicy policy;
  private final ServiceTime times;
  private final VersionMeters meters;
  private final Ticker ticker;
  private final Deque<Work> works = new ArrayDeque<>();
  private int images;

  WaitingWork(BatchPolicy policy, ServiceTime times, VersionMeters meters, Ticker ticker) {
    this.policy = policy;
    this.times = times;
    this.meters = meters;
    this.ticker = ticker;
  }

  void add(Work work) {
    works.add(work);
    images += work.samples();
    meters.queued(work.samples());
  }

  int images() {
    return images;
  }

  boolean isEmpty() {
    return works.isEmpty();
  }

  /** When the oldest was submitted. */
  long oldest() {
    return works.getFirst().submitted();
  }

  /**
   * How long what waits may still be held back for others to join it: for the configured delay, but
   * none for more than half of what its deadline leaves beyond a forward of all that waits.
   */
  long patience() {
    boolean waits = policy.combines() && !policy.maxDelay().isZero();
    if (!waits || images >= policy.maxImages()) {
      return 0;
    }
    long now = ticker.nanos();
    long together = Math.round(times.nanos(images));
    long patience = policy.maxDelay().toNanos() - (now - oldest());
    for (Work work : works) {
      long waited = now - work.submitted();
      long spare = work.promise().deadline().remaining().toNanos() - together;
      // half of what it could spare when it came, less what it has waited since
      patience = Math.min(patience, (spare - waited) / 2);
    }
    return patience;
  }

  /** Until the first can no longer be done in time; none if there is no such moment ahead. */
  long nanosUntilPointless() {
    return works.stream()
        .mapToLong(work -> work.promise().deadline().remaining().minus(needed(work)).toNanos())
        .filter(nanos -> nanos > 0)
        .min()
        .orElse(0);
  }

  private Duration needed(Work work) {
    return Duration.ofNanos(Math.round(times.nanos(work.samples())));
  }

  /** Takes out what cannot be done in time any more. */
  List<Work> removePointless() {
    List<Work> removed = new ArrayList<>();
    for (Iterator<Work> all = works.iterator(); all.hasNext(); ) {
      Work work = all.next();
      if (work.isPointless(needed(work))) {
        all.remove();
        dropped(work);
        removed.add(work);
      }
    }
    return removed;
  }

  /** Takes out one, if it still waits. */
  boolean remove(Work given) {
    boolean removed = works.removeIf(work -> work == given);
    if (removed) {
      dropped(given);
    }
    return removed;
  }

  private void dropped(Work work) {
    removed(work);
    meters.dropped(ticker.nanos() - work.submitted());
  }

  /** The longest run of works from the front that fills a warmed size; else the first alone. */
  List<Work> removeBatch() {
    int size = 0;
    int count = 0;
    int best = 1;
    for (Work work : works) {
      size += work.samples();
      count++;
      if (!policy.combines()
          || size > policy.maxImages()
          || work.input().kind() != works.getFirst().input().kind()) {
        break;
      }
      best = policy.take(size) == size ? count : best;
    }
    List<Work> batch = new ArrayList<>();
    while (batch.size() < best) {
      Work work = works.removeFirst();
      removed(work);
      batch.add(work);
    }
    return batch;
  }

  List<Work> removeAll() {
    List<Work> all = List.copyOf(works);
    all.forEach(this::removed);
    works.clear();
    return all;
  }

  private void removed(Work work) {
    images -= work.samples();
    meters.unqueued(work.samples());
  }
}
