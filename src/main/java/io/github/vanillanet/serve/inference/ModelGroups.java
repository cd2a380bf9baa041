package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Chooses the member of a group that suits a request's deadline. */
final class ModelGroups {

  private ModelGroups() {}

  /**
   * The member that answers now. A member out of service is chosen only if all are.
   *
   * @return empty if no member is loaded
   */
  static Optional<String> member(
      ModelRegistry registry, List<String> members, Deadline deadline, int images) {
    List<Candidate> healthy = new ArrayList<>();
    List<Candidate> faulty = new ArrayList<>();
    for (String member : members) {
      Optional<ServedModel> model = registry.current(member);
      if (model.isPresent()) {
        boolean serves = model.get().lane().fault().isEmpty();
        (serves ? healthy : faulty).add(candidate(model.get(), images));
      }
    }
    return choose(healthy.isEmpty() ? faulty : healthy, deadline.remaining()).map(Candidate::name);
  }

  private static Candidate candidate(ServedModel model, int images) {
    Lane.Estimate estimate = model.lane().estimate(images);
    return new Candidate(model.name(), model.manifest().macs(), estimate.total(), estimate.room());
  }

  /**
   * The current state of a member.
   *
   * @param macs multiply-accumulates of one forward: the more, the deeper
   * @param expected estimated time until its answer
   * @param room false if its queue is full
   */
  record Candidate(String name, long macs, Duration expected, boolean room) {}

  /**
   * Chooses the deepest member that has room and answers within the budget; else the fastest with
   * room; else the fastest.
   *
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

  private static Optional<Candidate> fastest(List<Candidate> candidates) {
    return candidates.stream().min(Comparator.comparing(Candidate::expected));
  }
}
