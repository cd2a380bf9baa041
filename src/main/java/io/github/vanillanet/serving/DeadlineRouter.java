package io.github.vanillanet.serving;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which member of a group answers: the deepest whose queue has room and whose expected time fits
 * the budget; if none fits, the fastest of those with room; if none has room, the one that is done
 * first with what waits. A pure function.
 *
 * <p>The members share a device, so a busy neighbour slows a member down. With the processor shared
 * evenly, work of length {@code s} beside {@code k} neighbours with {@code b} of work left takes at
 * most {@code s + min(k·s, b)}.
 */
final class DeadlineRouter {

  private DeadlineRouter() {}

  /**
   * A member as it stands now.
   *
   * @param macs multiply-accumulates of one forward: more is deeper
   * @param waiting until what is before the request is computed, from what was measured
   * @param forward of the request itself, likewise
   * @param room false if its queue is full
   */
  record Candidate(String name, long macs, Duration waiting, Duration forward, boolean room) {}

  /**
   * @param budget that is left
   * @return empty only if there are no candidates
   */
  static Optional<Candidate> choose(List<Candidate> candidates, Duration budget) {
    List<Candidate> open = candidates.stream().filter(Candidate::room).toList();
    return open.stream()
        .filter(candidate -> expected(candidate, candidates).compareTo(budget) < 0)
        .max(Comparator.comparingLong(Candidate::macs))
        .or(() -> fastest(open, candidates))
        .or(() -> fastest(candidates, candidates));
  }

  private static Optional<Candidate> fastest(List<Candidate> some, List<Candidate> all) {
    return some.stream().min(Comparator.comparing(candidate -> expected(candidate, all)));
  }

  private static Duration expected(Candidate candidate, List<Candidate> all) {
    Duration alone = candidate.waiting.plus(candidate.forward);
    Duration backlog = Duration.ZERO;
    int busy = 0;
    for (Candidate other : all) {
      if (other != candidate && !other.waiting.isZero()) {
        backlog = backlog.plus(other.waiting);
        busy++;
      }
    }
    Duration slowed = alone.multipliedBy(busy);
    return alone.plus(slowed.compareTo(backlog) < 0 ? slowed : backlog);
  }
}
