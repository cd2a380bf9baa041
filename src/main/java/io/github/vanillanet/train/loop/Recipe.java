package io.github.vanillanet.train.loop;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.Problems;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.train.dataset.Balance;
import io.github.vanillanet.train.dataset.RandAugment;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * A training recipe, which is the JSON of a training request: each component is a member in snake
 * case. A request names the members that it wants to set; {@link #of} takes the others from the
 * preset. The job's files, the API and the training loop all use the completed recipe.
 *
 * @param name model to publish
 * @param variant {@code vanillanet_5} … {@code vanillanet_13}
 * @param data image folder, relative to the data root; absent with an upload
 * @param preset source of the members that the request leaves out
 * @param dims width of the stem and of each block
 * @param width factor on the variant's own widths, an alternative to {@code dims}
 * @param actNum the kernel of the series activation is 2·act_num+1 wide
 * @param deepTraining whether each layer trains as a pair of convolutions, which are fused
 * @param shortcut around each block, for experiments; a net with shortcuts cannot be published
 * @param inputSize height and width of the served model's input in pixels
 * @param epochs of all stages together
 * @param batchSize images per forward pass; batch norm sees these
 * @param stages parts of the training with their own input size and learning rate, in order; empty
 *     for one stage with the recipe's values
 * @param accumulationSteps forward passes per optimizer step
 * @param learningRate at the top of the schedule, not scaled by the batch size
 * @param minLearningRate at the end of the cosine
 * @param layerDecay factor of the learning rate per layer away from the classifier; 1 for none
 * @param clipNorm bound on the global norm of the gradients; 0 for none
 * @param decayEpochs first epoch with slope 1; 0 pins the slope to 1 from the start
 * @param decayLinear whether the slope grows linearly; otherwise along half a cosine
 * @param labelSmoothing 0 ≤ s &lt; 1
 * @param mixup alpha of its beta distribution; 0 for none
 * @param cutmix alpha of its beta distribution; 0 for none
 * @param balance of classes with different numbers of images
 * @param flip whether half of the training images are mirrored
 * @param randAugment {@code rand-m7-mstd0.5-inc1}, for example, or {@code none}
 * @param erasing probability of random erasing, 0 ≤ p ≤ 1
 * @param dropout before the classifier, 0 ≤ p &lt; 1
 * @param emaDecay of the moving average of the weights, 0 ≤ d &lt; 1; 0 for no average
 * @param emaWarmup whether the average starts with smaller decays, (1 + t) / (10 + t) at step t
 * @param emaBatches training batches from which the batch norms of the average are estimated again
 *     before it is evaluated; 0 keeps their averaged statistics, as timm does
 * @param patience epochs without a better candidate after which the training ends; 0 for no limit
 * @param budget time that the whole training may take, see {@link Budget}; absent for no limit
 * @param compute {@code bfloat16} needs CUDA, or a CPU that multiplies such numbers
 * @param validationShare share of each class to hold back, 0 &lt; s &lt; 1; if absent, a validation
 *     folder is used where the data has one
 * @param tolerance accuracy that the candidate may lack compared with the live version, 0 ≤ t ≤ 1
 * @param acceptLabelChange whether the labels may differ from those of the live version
 * @param activate whether a published version is also activated
 * @param fineTuneFrom published model to start from, {@code name} or {@code name/version}
 * @param checkpoint official checkpoint to start from, relative to the data root
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Recipe(
    String name,
    String variant,
    Optional<String> data,
    Preset preset,
    List<Integer> dims,
    OptionalDouble width,
    int actNum,
    boolean deepTraining,
    ShortcutChoice shortcut,
    int inputSize,
    int epochs,
    int batchSize,
    List<Stage> stages,
    int accumulationSteps,
    OptimizerKind optimizer,
    double learningRate,
    double minLearningRate,
    double warmupEpochs,
    double weightDecay,
    double layerDecay,
    double clipNorm,
    int decayEpochs,
    boolean decayLinear,
    LossKind loss,
    double labelSmoothing,
    double mixup,
    double cutmix,
    Balance balance,
    Crop crop,
    boolean flip,
    String randAugment,
    double erasing,
    double dropout,
    double emaDecay,
    boolean emaWarmup,
    int emaBatches,
    int patience,
    Optional<String> budget,
    Compute compute,
    OptionalDouble validationShare,
    double tolerance,
    boolean acceptLabelChange,
    boolean activate,
    long seed,
    Optional<String> fineTuneFrom,
    Optional<String> checkpoint) {

  /** Recipes are created only from JSON, see {@link #of}. */
  public Recipe {
    variant = variant(variant).officialName();
    dims = List.copyOf(dims);
    stages = List.copyOf(stages);
  }

  /**
   * Completes a request: replaces old names by current ones, and takes absent members from the
   * preset. Does not change a complete recipe.
   *
   * @throws ServiceException {@code INVALID_REQUEST} with every member that is unknown, has the
   *     wrong type or is out of its range
   */
  public static Recipe of(JsonNode request) {
    return of(request, recipe -> Optional.empty());
  }

  /** As {@link #of}, for a network that a service can serve. */
  public static Recipe ofPublishable(JsonNode request) {
    return of(request, Recipe::unpublishable);
  }

  private static Recipe of(JsonNode request, Function<Recipe, Optional<String>> further) {
    Problems problems = new Problems();
    Recipe recipe =
        RecordJson.read(Presets.complete(request, problems), Recipe.class, Presets.WHAT);
    new RecipeCheck(recipe, new Ranges(problems)).run();
    further.apply(recipe).ifPresent(problems::add);
    problems.throwIfAny();
    return recipe;
  }

  /**
   * The members of a request by their current names, without members that are null or an empty
   * list.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if a member is given under two names
   */
  public static ObjectNode members(JsonNode request) {
    Problems problems = new Problems();
    ObjectNode members = RequestMembers.current(request, problems);
    problems.throwIfAny();
    return members;
  }

  public ObjectNode toJson() {
    return RecordJson.tree(this);
  }

  /** The widths of a variant, scaled by a factor; each is at least 1. */
  public static List<Integer> dims(VanillaNetVariant variant, double factor) {
    return Presets.dims(variant, factor);
  }

  static VanillaNetVariant variant(String name) {
    return Optional.ofNullable(name)
        .flatMap(VanillaNetVariant::named)
        .orElseThrow(
            () ->
                INVALID_REQUEST.error(
                    "variant: expected one of %s, found '%s'", VanillaNetVariant.names(), name));
  }

  public Architecture architecture(int classes) {
    return new Architecture(variant(variant), dims, actNum, classes, inputSize, inputSize);
  }

  Network network(int classes) {
    return Network.of(
        architecture(classes), deepTraining ? Form.TRAINING : Form.SINGLE, shortcut.inNetwork());
  }

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if the deployed form cannot compute the net
   */
  public void requirePublishable() {
    unpublishable()
        .ifPresent(
            problem -> {
              throw INVALID_REQUEST.error("%s", problem);
            });
  }

  private Optional<String> unpublishable() {
    return shortcut == ShortcutChoice.NONE
        ? Optional.empty()
        : Optional.of(
            "shortcut: a net with shortcuts cannot be published; only experiments train such nets");
  }

  /** The stages of the training: at least one. */
  public List<Stage> plan() {
    return stages.isEmpty()
        ? List.of(
            new Stage(inputSize, epochs, batchSize, learningRate, minLearningRate, warmupEpochs))
        : stages;
  }

  /** The stage whose forward pass has the most pixels. */
  public Stage heaviest() {
    return Collections.max(
        plan(),
        Comparator.comparingLong(
            stage -> (long) stage.batchSize() * stage.inputSize() * stage.inputSize()));
  }

  public int imagesPerStep(Stage stage) {
    return stage.batchSize() * accumulationSteps;
  }

  /** Slope of the LeakyReLU between convolutions, per epoch. */
  public SlopeSchedule slope() {
    return new SlopeSchedule(decayEpochs, decayLinear);
  }

  OptimizerSpec optimizerSpec() {
    return OptimizerSpec.official(optimizer, weightDecay, layerDecay, clipNorm);
  }

  public RandAugment distortion() {
    return RandAugment.parse(randAugment);
  }
}
