package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The places where forwards are computed, and the choice of the lane that computes next at each of
 * them. Guarded by the {@link Scheduler}'s lock.
 */
final class Places {

  private final Ticker ticker;
  private final List<LaneQueue> lanes = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();

  /** One place. A lane holds it from the moment when its worker is woken until the task ends. */
  private static final class Place {
    private Optional<LaneQueue> holder = Optional.empty();
    private boolean begun; // the worker has taken its task
    private boolean probe; // the task is a probe
    private boolean worked; // the task has work
    private long since; // when the task began, or when the place became free
    private double expectedNanos; // of the task
  }

  Places(Ticker ticker) {
    this.ticker = ticker;
  }

  void add(LaneQueue lane) {
    int workers = lane.workers.size();
    if (!places.isEmpty() && workers != places.size()) {
      throw new IllegalArgumentException(
          "Expected %d workers, as the other lanes have, got %d".formatted(places.size(), workers));
    }
    while (places.size() < workers) {
      Place place = new Place();
      place.since = ticker.nanos();
      places.add(place);
    }
    lanes.add(lane);
  }

  void remove(LaneQueue lane) {
    lanes.remove(lane);
    freeAll(lane);
  }

  /** Time until everything that waits or is being computed is done. */
  double aheadNanos() {
    long now = ticker.nanos();
    double ahead = 0;
    for (LaneQueue lane : lanes) {
      ahead += lane.backlogNanos();
    }
    for (Place place : places) {
      ahead += place.begun ? Math.max(0, place.expectedNanos - (now - place.since)) : 0;
    }
    return ahead / places.size();
  }

  /** Time of the longest probe. */
  double probeNanos() {
    double probe = 0;
    for (LaneQueue lane : lanes) {
      probe = Math.max(probe, lane.longestNanos(1));
    }
    return probe / places.size();
  }

  boolean isHeldBy(LaneQueue lane, int index) {
    Optional<LaneQueue> holder = places.get(index).holder;
    return holder.isPresent() && holder.get() == lane;
  }

  /** True if the task that {@code lane} was woken for is a probe. */
  boolean isForProbe(int index) {
    return places.get(index).probe;
  }

  /**
   * The worker of the holder begins its task.
   *
   * @param expectedNanos of the task; 0 if there is nothing to do any more
   * @return since when the place was free
   */
  long begin(int index, double expectedNanos, boolean worked) {
    Place place = places.get(index);
    long freeSince = place.since;
    place.holder.get().woken -= place.probe ? 0 : 1;
    place.begun = true;
    place.worked = worked;
    place.since = ticker.nanos();
    place.expectedNanos = expectedNanos;
    return freeSince;
  }

  /** The task at a place continues for {@code nanos} from now on. */
  void extend(int index, double nanos) {
    Place place = places.get(index);
    place.expectedNanos = ticker.nanos() - place.since + nanos;
  }

  /** Frees a place, if {@code lane} holds it, and gives it to the next lane. */
  void free(LaneQueue lane, int index) {
    Place place = places.get(index);
    boolean worked = false;
    if (isHeldBy(lane, index)) {
      worked = place.worked;
      lane.woken -= place.begun || place.probe ? 0 : 1;
      place.holder = Optional.empty();
      place.begun = false;
      place.worked = false;
      place.since = ticker.nanos();
    }
    dispatch(index, worked);
  }

  void freeAll(LaneQueue lane) {
    for (int index = 0; index < places.size(); index++) {
      free(lane, index);
    }
  }

  void dispatchAll() {
    for (int index = 0; index < places.size(); index++) {
      dispatch(index, false);
    }
  }

  /**
   * Gives a free place to the next lane and wakes its worker.
   *
   * @param afterWork whether work just ended there
   */
  void dispatch(int index, boolean afterWork) {
    Place place = places.get(index);
    if (place.holder.isPresent()) {
      return;
    }
    Optional<LaneQueue> probe = probe(index, afterWork && nothingWaits());
    Optional<LaneQueue> next = probe.isPresent() ? probe : oldestReady(index);
    if (next.isPresent()) {
      place.holder = next;
      place.probe = probe.isPresent();
      next.get().woken += place.probe ? 0 : 1;
      next.get().wake(index);
    }
  }

  private boolean nothingWaits() {
    for (LaneQueue lane : lanes) {
      if (!lane.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** A lane whose probe is overdue, or is due and can start now. */
  private Optional<LaneQueue> probe(int index, boolean suits) {
    for (LaneQueue lane : lanes) {
      WorkerState worker = lane.workers.get(index);
      if (worker.probe.isPresent()
          && worker.waiting.isPresent()
          && !lane.closing
          && (suits || worker.probe.get().passed())) {
        return Optional.of(lane);
      }
    }
    return Optional.empty();
  }

  private Optional<LaneQueue> oldestReady(int index) {
    Optional<LaneQueue> oldest = Optional.empty();
    for (LaneQueue lane : lanes) {
      if (lane.workers.get(index).waiting.isPresent()
          && lane.isReady()
          && (oldest.isEmpty() || lane.oldest() - oldest.get().oldest() < 0)) {
        oldest = Optional.of(lane);
      }
    }
    return oldest;
  }
}
