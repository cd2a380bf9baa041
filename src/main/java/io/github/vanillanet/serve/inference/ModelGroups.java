package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Names that stand for several models: each request gets the member that suits its deadline. */
public final class ModelGroups {

  private final ModelRegistry registry;
  private final Map<String, List<String>> members;

  /**
   * @param members model names of each group
   */
  public ModelGroups(ModelRegistry registry, Map<String, List<String>> members) {
    this.registry = registry;
    this.members = Map.copyOf(members);
  }

  public Set<String> names() {
    return members.keySet();
  }

  /**
   * Members out of service are chosen only if all are.
   *
   * @param images of the request
   * @return the chosen member's model; empty if {@code name} is no group or nothing of it is loaded
   */
  Optional<String> route(String name, Deadline deadline, int images) {
    List<DeadlineRouter.Candidate> candidates = new ArrayList<>();
    List<DeadlineRouter.Candidate> faulty = new ArrayList<>();
    for (String member : members.getOrDefault(name, List.of())) {
      Optional<Lease> lease = registry.lease(member);
      if (lease.isPresent()) {
        try (Lease held = lease.get()) {
          boolean serves = held.model().lane().fault().isEmpty();
          (serves ? candidates : faulty).add(candidate(held.model(), images));
        }
      }
    }
    return DeadlineRouter.choose(candidates.isEmpty() ? faulty : candidates, deadline.remaining())
        .map(DeadlineRouter.Candidate::name);
  }

  private static DeadlineRouter.Candidate candidate(ServedModel model, int images) {
    Lane.Estimate estimate = model.lane().estimate(images);
    return new DeadlineRouter.Candidate(
        model.id().name(), model.manifest().macs(), estimate.total(), estimate.room());
  }
}
