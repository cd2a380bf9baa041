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
   * Who shall answer.
   *
   * @param expected until the answer, the neighbours considered
   * @param fits false if that is too long
   */
  record Choice(Candidate candidate, Duration expected, boolean fits) {}

  /**
   * @param budget that is left
   * @return empty only if there are no candidates
   */
  static Optional<Choice> choose(List<Candidate> candidates, Duration budget) {
    List<Choice> all = candidates.stream().map(one -> choice(one, candidates, budget)).toList();
    List<Choice> open = all.stream().filter(choice -> choice.candidate.room()).toList();
    return open.stream()
        .filter(Choice::fits)
        .max(Comparator.comparingLong(choice -> choice.candidate.macs()))
        .or(() -> fastest(open))
        .or(() -> fastest(all));
  }

  private static Choice choice(Candidate candidate, List<Candidate> all, Duration budget) {
    Duration expected = expected(candidate, all);
    return new Choice(candidate, expected, expected.compareTo(budget) < 0);
  }

  private static Optional<Choice> fastest(List<Choice> some) {
    return some.stream().min(Comparator.comparing(Choice::expected));
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
