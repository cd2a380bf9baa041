package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Deadline;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Which workers of a lane are to compute a probe, and by when. Guarded by the queue's lock. */
final class DueProbes {

  private final List<Optional<Deadline>> latest;

  DueProbes(int workers) {
    this.latest = new ArrayList<>(Collections.nCopies(workers, Optional.empty()));
  }

  /**
   * @param by from then on the probe comes before all other work
   */
  void add(int worker, Deadline by) {
    latest.set(worker, Optional.of(by));
  }

  void remove(int worker) {
    latest.set(worker, Optional.empty());
  }

  void clear() {
    Collections.fill(latest, Optional.empty());
  }

  boolean contains(int worker) {
    return latest.get(worker).isPresent();
  }

  boolean isOverdue(int worker) {
    return latest.get(worker).filter(Deadline::passed).isPresent();
  }

  /** Until it is overdue; none if it is already, or if there is no probe to compute. */
  long nanosLeft(int worker) {
    return Math.max(0, latest.get(worker).map(by -> by.remaining().toNanos()).orElse(0L));
  }

  int count() {
    return (int) latest.stream().filter(Optional::isPresent).count();
  }
}
