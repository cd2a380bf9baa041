package io.github.vanillanet.train.look;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.train.loop.Recipe;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A recipe in which every open member of the request is decided, {@code recipe.json}.
 *
 * @param reasons by member, a few words about its value; only for the members that were chosen by
 *     {@link Defaults} or changed by them
 */
public record RecipeChoice(Recipe recipe, Map<String, String> reasons) {

  public RecipeChoice {
    reasons = Map.copyOf(reasons);
  }

  /** The choice of a dry run. */
  public static RecipeChoice ofPlan(JsonNode plan) {
    Map<String, String> reasons = new TreeMap<>();
    plan.path("reasons")
        .properties()
        .forEach(it -> reasons.put(it.getKey(), it.getValue().asText()));
    return new RecipeChoice(Recipe.of(plan.path("recipe")), reasons);
  }

  /** A line of text for each chosen member. */
  public List<String> lines() {
    JsonNode members = recipe.toJson();
    return new TreeMap<>(reasons)
        .entrySet().stream()
            .map(it -> it.getKey() + " " + members.path(it.getKey()) + ": " + it.getValue())
            .toList();
  }

  boolean chose(String member) {
    return reasons.containsKey(member);
  }

  /** Whether both train networks of the same widths and input size. */
  public boolean hasNetworkOf(RecipeChoice other) {
    return recipe.dims().equals(other.recipe.dims())
        && recipe.inputSize() == other.recipe.inputSize();
  }
}
