package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Deadline;
import java.util.List;
import java.util.Optional;

/** What the scheduler knows about one worker thread. Guarded by the scheduler's lock. */
final class WorkerState {
  Optional<Thread> waiting = Optional.empty(); // able to take a place
  List<Reservation> running = List.of();
  Optional<Deadline> probe = Optional.empty(); // due; after the deadline it precedes all work
}
