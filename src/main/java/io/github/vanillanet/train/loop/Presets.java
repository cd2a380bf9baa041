package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.Problems;
import io.github.vanillanet.base.json.MemberProblems;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Completes requests to recipes.
 *
 * @see <a href="https://github.com/huawei-noah/VanillaNet">the training commands in the official
 *     README.md</a>
 */
final class Presets {

  static final String WHAT = "the training request";
  private static final String BATCH_SIZE = "batch_size";
  private static final String INPUT_SIZE = "input_size";
  private static final String EPOCHS = "epochs";
  private static final String STAGES = "stages";
  private static final String WARMUP = "warmup_epochs";
  private static final String VARIANT = "variant";

  private static final List<String> OF_THE_VARIANT = List.of("dims", "width", "shortcut");

  /** Members that a stage takes from the recipe. */
  private static final List<String> OF_EACH_STAGE =
      List.of(BATCH_SIZE, "learning_rate", "min_learning_rate");

  private static final int SMALL_EPOCHS = 30;

  private Presets() {}

  /** The members of a request that the values of the preset depend on. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  private record Choice(
      String variant,
      Optional<Preset> preset,
      OptionalDouble width,
      Optional<Boolean> deepTraining,
      OptionalInt epochs,
      Optional<List<JsonNode>> stages,
      OptionalInt accumulationSteps,
      Optional<String> fineTuneFrom,
      Optional<String> checkpoint) {}

  /**
   * All members of a recipe: those of the request, and the preset's for the others. A member with
   * the wrong type has the preset's value.
   *
   * @param problems receives each unknown member, and each one with the wrong type
   */
  static ObjectNode complete(JsonNode request, Problems problems) {
    ObjectNode given = RequestMembers.current(request, problems);
    for (MemberProblems.Problem problem : MemberProblems.of(given, Recipe.class, WHAT)) {
      problems.add(problem.message());
      given.remove(problem.member());
    }
    requireVariant(given, problems);
    Choice choice = RecordJson.read(given, Choice.class, WHAT);
    VanillaNetVariant variant = Recipe.variant(choice.variant());
    List<JsonNode> stages = choice.stages().orElse(List.of());
    OptionalInt epochs = stages.isEmpty() ? choice.epochs() : OptionalInt.of(epochs(stages));
    ObjectNode recipe =
        switch (choice.preset().orElse(Preset.SMALL)) {
          case OFFICIAL -> official(variant);
          case SMALL -> small(epochs.orElse(SMALL_EPOCHS));
        };
    recipe.set("dims", RecordJson.<ArrayNode>tree(dims(variant, choice.width().orElse(1))));
    recipe.put("act_num", Architecture.OFFICIAL_ACT_NUM);
    recipe.put("deep_training", true);
    recipe.put("shortcut", "none");
    recipe.put(INPUT_SIZE, Architecture.OFFICIAL_INPUT);
    recipe.put("accumulation_steps", 1);
    recipe.put("optimizer", "lamb");
    recipe.put("min_learning_rate", 1e-6);
    recipe.put("clip_norm", 0);
    recipe.put("decay_linear", true);
    recipe.put("balance", "none");
    recipe.put("crop", "resized");
    recipe.put("flip", true);
    recipe.put("patience", 0);
    recipe.put("label_smoothing", 0.1);
    recipe.put("compute", "float32");
    recipe.put("tolerance", 0);
    recipe.put("accept_label_change", false);
    recipe.put("activate", true);
    recipe.put("seed", 0);
    recipe.putArray(STAGES);
    if (!stages.isEmpty()) {
      recipe.put(EPOCHS, epochs(stages));
      recipe.put(INPUT_SIZE, stages.get(stages.size() - 1).path(INPUT_SIZE).asInt());
    }
    if (!choice.deepTraining().orElse(true)) {
      recipe.put("decay_epochs", 0);
    }
    int presetBatch = recipe.get(BATCH_SIZE).asInt();
    recipe.setAll(given);
    if (!given.has(BATCH_SIZE)) {
      int steps = choice.accumulationSteps().orElse(1);
      recipe.put(BATCH_SIZE, divided(presetBatch, steps, problems));
    }
    completeStages(recipe, problems);
    if (choice.fineTuneFrom().isPresent() || choice.checkpoint().isPresent()) {
      // the slope of trained weights is 1 and stays there
      recipe.put("decay_epochs", 0).put("decay_linear", true);
    }
    return recipe;
  }

  /** Checks the members that depend on the variant only if it is known. */
  private static void requireVariant(ObjectNode given, Problems problems) {
    String variant = given.path(VARIANT).asText();
    if (VanillaNetVariant.named(variant).isEmpty()) {
      problems.collect(() -> Recipe.variant(variant));
      given.remove(OF_THE_VARIANT);
      given.put(VARIANT, VanillaNetVariant.VANILLANET_5.officialName());
    }
  }

  private static int epochs(List<JsonNode> stages) {
    return stages.stream().mapToInt(stage -> stage.path(EPOCHS).asInt()).sum();
  }

  /**
   * Fills in what the stages leave out. The first stage has the recipe's warm-up; a later one
   * starts from trained weights and has at most one epoch.
   */
  private static void completeStages(ObjectNode recipe, Problems problems) {
    int index = 0;
    for (JsonNode stage : recipe.path(STAGES)) {
      if (stage instanceof ObjectNode members) {
        completeStage(recipe, index, members, problems);
      }
      index++;
    }
  }

  private static void completeStage(
      ObjectNode recipe, int index, ObjectNode members, Problems problems) {
    for (String required : List.of(INPUT_SIZE, EPOCHS)) {
      if (!members.hasNonNull(required)) {
        problems.add("stages[%d].%s: is missing".formatted(index, required));
        members.set(required, recipe.get(required)); // to check the other members
      }
    }
    OF_EACH_STAGE.stream()
        .filter(member -> !members.has(member))
        .forEach(member -> members.set(member, recipe.get(member)));
    if (!members.has(WARMUP)) {
      double epochs = members.get(EPOCHS).asInt();
      double warmup = index == 0 ? recipe.get(WARMUP).asDouble() : Math.min(1, epochs / 10);
      members.put(WARMUP, Math.min(epochs, warmup));
    }
  }

  /** Each block's width, of at least 1. */
  static List<Integer> dims(VanillaNetVariant variant, double factor) {
    return variant.dims().stream()
        .map(width -> (int) Math.max(1, Math.round(width * factor)))
        .toList();
  }

  /** The preset's images per optimizer step, spread over several forward passes. */
  private static int divided(int batch, int steps, Problems problems) {
    problems.require(
        steps < 1 || batch % steps == 0,
        "accumulation_steps: the preset's batch of %d cannot be divided by %d; set batch_size",
        batch,
        steps);
    return batch / Math.max(1, steps);
  }

  /**
   * The published command of variants 5 to 10. Deeper variants have no published command. They use
   * that of variant 10, whose weight decay and mixup are the last of the published series: deeper
   * variants only add blocks of the same width, and LAMB scales the step of each layer.
   */
  private static ObjectNode official(VanillaNetVariant variant) {
    return switch (variant) {
      case VANILLANET_5 -> official(3.5e-3, 0.35, 1, 0.1);
      case VANILLANET_6 -> official(4.8e-3, 0.32, 0.8, 0.15);
      case VANILLANET_7 -> official(4.7e-3, 0.35, 0.8, 0.4);
      case VANILLANET_8, VANILLANET_9 -> official(3.5e-3, 0.30, 1, 0.4);
      case VANILLANET_10,
          VANILLANET_11,
          VANILLANET_12,
          VANILLANET_13,
          VANILLANET_13_X1_5,
          VANILLANET_13_X1_5_ADA_POOL ->
          official(3.5e-3, 0.25, 1, 0.4);
    };
  }

  private static ObjectNode official(
      double learningRate, double weightDecay, double layerDecay, double mixup) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("preset", "official")
        .put(EPOCHS, 300)
        .put(BATCH_SIZE, 128 * 8) // images per GPU × GPUs
        .put("learning_rate", learningRate)
        .put("weight_decay", weightDecay)
        .put("layer_decay", layerDecay)
        .put(WARMUP, 5)
        .put("decay_epochs", 100)
        .put("loss", "binary_cross_entropy")
        .put("mixup", mixup)
        .put("cutmix", 1)
        .put("rand_augment", "rand-m7-mstd0.5-inc1")
        .put("erasing", 0.25)
        .put("dropout", 0.05)
        .put("ema_decay", 0.99996)
        .put("ema_warmup", false)
        .put("ema_batches", 0);
  }

  /**
   * For some ten thousand small images on a few CPU cores. In few epochs, a network learns faster
   * with softmax cross entropy than with binary cross entropy, and faster without mixing. The slope
   * reaches 1 after a third of the epochs, as in the official recipe. The average covers about 200
   * steps instead of tens of thousands, because weights from before slope 1 make it worse.
   */
  private static ObjectNode small(int epochs) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("preset", "small")
        .put(EPOCHS, epochs)
        .put(BATCH_SIZE, 128)
        .put("learning_rate", 8e-3)
        .put("weight_decay", 0.05)
        .put("layer_decay", 1)
        .put(WARMUP, Math.min(2, epochs / 10.0))
        .put("decay_epochs", epochs / 3)
        .put("loss", "cross_entropy")
        .put("mixup", 0)
        .put("cutmix", 0)
        .put("rand_augment", "none")
        .put("erasing", 0)
        .put("dropout", 0)
        .put("ema_decay", 0.995)
        .put("ema_warmup", true)
        .put("ema_batches", 20);
  }
}
