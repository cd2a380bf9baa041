package io.github.vanillanet.train.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.train.loop.Recipe;
import java.util.List;
import java.util.Map;

/** The request of a training that starts from a dry run. */
public final class PlannedRequest {

  /** Members that another member replaces. */
  private static final Map<String, List<String>> REPLACED =
      Map.of(
          "dims",
          List.of("width"),
          "width",
          List.of("dims"),
          "stages",
          List.of("epochs", "input_size"),
          "epochs",
          List.of("stages"),
          "input_size",
          List.of("stages"),
          "checkpoint",
          List.of(FineTuning.FROM),
          FineTuning.FROM,
          List.of("checkpoint"));

  /** Members that a request of a dry run has from the model that it starts from. */
  private static final List<String> INHERITED =
      List.of("variant", "dims", "act_num", "deep_training", "input_size");

  private PlannedRequest() {}

  /**
   * Replaces members of the dry run's request. A change takes back the members that exclude it, and
   * with another model to start from, the architecture of the earlier one.
   *
   * @param changes a member that is null takes back the one of the dry run
   */
  public static ObjectNode merged(JsonNode planned, ObjectNode changes) {
    ObjectNode merged = Recipe.members(planned);
    ObjectNode set = Recipe.members(changes);
    boolean leavesModel = merged.has(FineTuning.FROM) && changes.has(FineTuning.FROM);
    changes.fieldNames().forEachRemaining(merged::remove);
    if (leavesModel || merged.has(FineTuning.FROM) && set.has("checkpoint")) {
      merged.remove(INHERITED);
    }
    set.fieldNames()
        .forEachRemaining(member -> merged.remove(REPLACED.getOrDefault(member, List.of())));
    return merged.setAll(set);
  }
}
