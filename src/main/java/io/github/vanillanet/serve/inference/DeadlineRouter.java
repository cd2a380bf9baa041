package io.github.vanillanet.serve.inference;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which member of a group answers: the deepest whose queue has room and whose expected time fits
 * the budget; if none fits, the fastest of those with room; if none has room, the one that would
 * answer first. A pure function.
 */
final class DeadlineRouter {

  private DeadlineRouter() {}

  /**
   * A member as it stands now.
   *
   * @param macs multiply-accumulates of one forward: more is deeper
   * @param expected until it would have answered, from what was measured
   * @param room false if its queue is full
   */
  record Candidate(String name, long macs, Duration expected, boolean room) {}

  /**
   * @param budget that is left
   * @return empty only if there are no candidates
   */
  static Optional<Candidate> choose(List<Candidate> candidates, Duration budget) {
    List<Candidate> open = candidates.stream().filter(Candidate::room).toList();
    return open.stream()
        .filter(candidate -> candidate.expected.compareTo(budget) < 0)
        .max(Comparator.comparingLong(Candidate::macs))
        .or(() -> fastest(open))
        .or(() -> fastest(candidates));
  }

  private static Optional<Candidate> fastest(List<Candidate> some) {
    return some.stream().min(Comparator.comparing(Candidate::expected));
  }
}
