package io.github.vanillanet.train.look;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.train.loop.Preset;
import io.github.vanillanet.train.loop.Recipe;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides the members that a request leaves open, from the images and the machine. A member of the
 * request always takes precedence, except that a batch is never larger than the data. The official
 * preset is never changed.
 *
 * @param request of a training
 */
public record Defaults(JsonNode request, DataFacts data, Machine machine) {

  static final String INPUT_SIZE = "input_size";
  static final String WIDTH = "width";
  static final String BATCH_SIZE = "batch_size";
  static final String EPOCHS = "epochs";
  static final String LEARNING_RATE = "learning_rate";
  static final String BUDGET = "budget";
  static final String CROP = "crop";
  static final String FLIP = "flip";

  /** The batch size that the preset's learning rate is meant for. */
  private static final double PRESET_BATCH = 128;

  /**
   * @param limits that memory and time set
   * @throws ServiceException {@code INVALID_REQUEST} if the request is not valid
   */
  public RecipeChoice choose(Limits limits) {
    Recipe given = Recipe.of(request);
    if (given.preset() == Preset.OFFICIAL) {
      return new RecipeChoice(given, Map.of());
    }
    Draft draft = new Draft(request.deepCopy(), new TreeMap<>());
    boolean fromWeights = given.fineTuneFrom().isPresent() || given.checkpoint().isPresent();
    if (!fromWeights) {
      network(draft, given, limits);
    }
    steps(draft, given, limits);
    augmentation(draft, given);
    return new RecipeChoice(Recipe.of(draft.members()), draft.reasons());
  }

  private void network(Draft draft, Recipe given, Limits limits) {
    if (given.stages().isEmpty() && draft.isOpen(INPUT_SIZE)) {
      int wanted = Rules.inputSize(data);
      int size = Math.min(wanted, limits.inputSize());
      draft.members().put(INPUT_SIZE, size);
      draft.because(
          INPUT_SIZE,
          "the median image is %d pixels wide or high, and there are %d training images%s",
          data.medianSide(),
          data.trainingImages(),
          limited(size < wanted));
    }
    if (draft.isOpen(WIDTH) && draft.isOpen("dims")) {
      double wanted = Rules.width(data, machine.isCuda());
      double width = Math.min(wanted, limits.width());
      draft.members().put(WIDTH, width);
      draft.because(
          WIDTH, "there are %d training images%s", data.trainingImages(), limited(width < wanted));
    }
  }

  private void steps(Draft draft, Recipe given, Limits limits) {
    int most = Math.max(1, data.trainingImages() / given.accumulationSteps());
    int batch = given.batchSize();
    if (draft.isOpen(BATCH_SIZE)) {
      int wanted = Math.min(most, Math.max(1, Rules.batchSize(data) / given.accumulationSteps()));
      batch = Math.min(wanted, limits.batchSize());
      draft.because(
          BATCH_SIZE,
          "an epoch of %d images needs several steps%s",
          data.trainingImages(),
          batch < wanted ? "; reduced to fit into the memory" : "");
    } else if (batch > most) {
      draft.because(
          BATCH_SIZE, "%d is more than the %d training images", batch, data.trainingImages());
      batch = most;
    }
    draft.members().put(BATCH_SIZE, batch);
    clampStages(draft, most);
    int imagesPerStep = batch * given.accumulationSteps();
    if (given.stages().isEmpty() && draft.isOpen(EPOCHS)) {
      epochs(draft, imagesPerStep, limits);
    }
    if (draft.isOpen(LEARNING_RATE)) {
      learningRate(draft, given, imagesPerStep);
    }
  }

  private void epochs(Draft draft, int imagesPerStep, Limits limits) {
    int wanted = Rules.epochs(data, imagesPerStep);
    int epochs = Math.min(wanted, limits.epochs());
    draft.members().put(EPOCHS, epochs);
    draft.because(
        EPOCHS,
        "%d steps per epoch%s",
        Math.max(1, data.trainingImages() / imagesPerStep),
        epochs < wanted ? "; %d do not fit into the budget".formatted(wanted) : "");
    if (draft.isOpen(BUDGET)) {
      draft.members().put(BUDGET, Rules.budget(data));
      draft.because(BUDGET, "the default for %d training images", data.trainingImages());
    }
  }

  /**
   * A random part of an image that is smaller than the input would be enlarged even more, so such
   * images are shifted instead.
   */
  private void augmentation(Draft draft, Recipe given) {
    if (draft.isOpen(CROP)) {
      int input = draft.members().path(INPUT_SIZE).asInt(given.inputSize());
      boolean small = data.medianSide() < input;
      draft.members().put(CROP, small ? "padded" : "resized");
      draft.because(
          CROP,
          "the median image is %d pixels wide or high, %s than the input of %d",
          data.medianSide(),
          small ? "smaller" : "not smaller",
          input);
    }
    if (draft.isOpen(FLIP)) {
      Optional<String> objection = Mirroring.objection(data.classNames());
      draft.members().put(FLIP, objection.isEmpty());
      draft.because(
          FLIP, "%s", objection.orElse("no class name mentions a side, a letter or a digit"));
    }
  }

  /** The rate of LAMB grows with the square root of the batch. */
  private static void learningRate(Draft draft, Recipe given, int imagesPerStep) {
    double factor = Math.sqrt(imagesPerStep / PRESET_BATCH);
    boolean fineTunes = given.fineTuneFrom().isPresent() || given.checkpoint().isPresent();
    draft
        .members()
        .put(LEARNING_RATE, given.learningRate() * Math.min(1, factor) * (fineTunes ? 0.5 : 1));
    draft.because(
        LEARNING_RATE,
        "a step has %d images%s",
        imagesPerStep,
        fineTunes ? ", and the weights are already trained" : "");
  }

  private void clampStages(Draft draft, int most) {
    for (JsonNode stage : draft.members().path("stages")) {
      int batch = stage.path(BATCH_SIZE).asInt();
      if (batch > most) {
        ((ObjectNode) stage).put(BATCH_SIZE, most);
        draft.because(
            "stages", "%d is more than the %d training images", batch, data.trainingImages());
      }
    }
  }

  private static String limited(boolean reduced) {
    return reduced ? "; reduced to fit into the memory and the budget" : "";
  }

  /**
   * @param members of the request, and those that are decided so far
   */
  private record Draft(ObjectNode members, Map<String, String> reasons) {

    boolean isOpen(String member) {
      return !members.hasNonNull(member);
    }

    void because(String member, String format, Object... facts) {
      reasons.put(member, String.format(Locale.ROOT, format, facts));
    }
  }
}
