package io.github.vanillanet.train.gate;

import io.github.vanillanet.model.repository.StoredVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The difference between the labels of a live version and those of its successor. The position of a
 * label is part of the interface of a model: clients that read logits depend on it.
 */
final class LabelChange {

  private static final int SHOWN = 10;

  private LabelChange() {}

  /**
   * @param labels of the successor
   * @return why the successor must not replace {@code live}; empty if the labels are equal
   */
  static Optional<String> objection(StoredVersion live, List<String> labels) {
    if (live.labels().equals(labels)) {
      return Optional.empty();
    }
    List<String> missing = without(live.labels(), labels);
    List<String> added = without(labels, live.labels());
    String difference =
        missing.isEmpty() && added.isEmpty()
            ? "the same labels in another order"
            : "%d labels instead of %d; missing: %s; new: %s"
                .formatted(labels.size(), live.labels().size(), shown(missing), shown(added));
    return Optional.of(
        "The data has other labels than the live version %s: %s. Choose another name for the model,"
                .formatted(live.id(), difference)
            + " or set accept_label_change to true, which leaves out the comparison with the live"
            + " version.");
  }

  private static List<String> without(List<String> labels, List<String> others) {
    List<String> rest = new ArrayList<>(labels);
    rest.removeAll(others);
    return rest;
  }

  private static String shown(List<String> labels) {
    return labels.isEmpty()
        ? "none"
        : String.join(", ", labels.subList(0, Math.min(SHOWN, labels.size())))
            + (labels.size() > SHOWN ? ", ..." : "");
  }
}
