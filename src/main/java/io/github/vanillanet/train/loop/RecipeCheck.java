package io.github.vanillanet.train.loop;

import static io.github.vanillanet.train.loop.Ranges.BELOW_ONE;
import static io.github.vanillanet.train.loop.Ranges.LEAST_POSITIVE;
import static io.github.vanillanet.train.loop.Ranges.MOST;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.train.dataset.Balance;
import io.github.vanillanet.train.dataset.RandAugment;
import java.util.List;

/**
 * The rules for the members of a recipe. Reports every member that breaks one. A rule about several
 * members is checked only if each of them is valid by itself.
 *
 * @param ranges receives the problems
 */
record RecipeCheck(Recipe recipe, Ranges ranges) {

  void run() {
    require(
        recipe.name() != null && ModelId.isName(recipe.name()),
        "name: expected 1 to 64 letters, digits, dots, hyphens and underscores that start with a"
            + " letter or digit, found '%s'",
        recipe.name());
    require(
        recipe.fineTuneFrom().isEmpty() || recipe.checkpoint().isEmpty(),
        "fine_tune_from, checkpoint: expected at most one of them, found both");
    network();
    steps();
    slope();
    regularization();
    requireParses("budget", () -> recipe.budget().ifPresent(Budget::parse));
    recipe
        .validationShare()
        .ifPresent(share -> ranges.range("validation_share", share, LEAST_POSITIVE, BELOW_ONE));
    ranges.range("tolerance", recipe.tolerance(), 0, 1);
  }

  private void network() {
    VanillaNetVariant net = Recipe.variant(recipe.variant());
    List<Integer> dims = recipe.dims();
    boolean validDims =
        dims.size() == net.dims().size() && dims.stream().allMatch(width -> width > 0);
    require(
        validDims,
        "dims: %s has %d positive widths, found %s",
        recipe.variant(),
        net.dims().size(),
        dims);
    recipe.width().ifPresent(factor -> ranges.range("width", factor, LEAST_POSITIVE, MOST));
    require(
        recipe.width().isEmpty() || dims.equals(Presets.dims(net, recipe.width().getAsDouble())),
        "dims, width: expected only one of them, found both");
    ranges.atLeast("act_num", recipe.actNum(), 0);
    require(
        recipe.shortcut() == ShortcutChoice.NONE || net.adaPool().isEmpty(),
        "shortcut: %s has adaptive pools, which shortcuts do not support; choose another variant",
        recipe.variant());
    if (validDims && recipe.actNum() >= 0) {
      requireInputLargeEnough(net, recipe.inputSize());
      recipe.stages().stream()
          .map(Stage::inputSize)
          .filter(size -> size != recipe.inputSize())
          .distinct()
          .forEach(size -> requireInputLargeEnough(net, size));
    }
  }

  private void requireInputLargeEnough(VanillaNetVariant net, int size) {
    if (size < Stage.LEAST_INPUT) {
      return; // reported with the other members of the stage
    }
    requireParses(
        "input_size",
        () ->
            Cost.of(
                Network.of(
                    new Architecture(net, recipe.dims(), recipe.actNum(), 1, size, size),
                    Form.TRAINING)));
  }

  private void steps() {
    Stage.checkConsistent(recipe.stages(), recipe.epochs(), recipe.inputSize(), ranges);
    new Stage(
            recipe.inputSize(),
            recipe.epochs(),
            recipe.batchSize(),
            recipe.learningRate(),
            recipe.minLearningRate(),
            recipe.warmupEpochs())
        .check("", ranges);
    ranges.atLeast("accumulation_steps", recipe.accumulationSteps(), 1);
    require(
        (long) recipe.batchSize() * recipe.accumulationSteps() <= Integer.MAX_VALUE,
        "batch_size, accumulation_steps: their product exceeds %d",
        Integer.MAX_VALUE);
    ranges.range("weight_decay", recipe.weightDecay(), 0, MOST);
    ranges.range("layer_decay", recipe.layerDecay(), LEAST_POSITIVE, MOST);
    ranges.range("clip_norm", recipe.clipNorm(), 0, MOST);
    ranges.atLeast("patience", recipe.patience(), 0);
  }

  private void slope() {
    int decay = recipe.decayEpochs();
    require(
        recipe.epochs() < 1 || decay >= 0 && decay < recipe.epochs(),
        "decay_epochs: expected 0 to %d, found %d; only a net whose slope reaches 1 can be fused",
        recipe.epochs() - 1,
        decay);
    require(
        recipe.deepTraining() || decay == 0,
        "decay_epochs: expected 0 with deep_training off, found %d; there is no slope",
        decay);
  }

  private void regularization() {
    ranges.range("label_smoothing", recipe.labelSmoothing(), 0, BELOW_ONE);
    ranges.range("mixup", recipe.mixup(), 0, MOST);
    ranges.range("cutmix", recipe.cutmix(), 0, MOST);
    ranges.range("erasing", recipe.erasing(), 0, 1);
    ranges.range("dropout", recipe.dropout(), 0, BELOW_ONE);
    ranges.range("ema_decay", recipe.emaDecay(), 0, BELOW_ONE);
    ranges.atLeast("ema_batches", recipe.emaBatches(), 0);
    require(
        recipe.balance() != Balance.WEIGHTS || recipe.loss() == LossKind.CROSS_ENTROPY,
        "balance: weights need loss cross_entropy; set balance to sampling, or another loss");
    requireParses("rand_augment", () -> RandAugment.parse(recipe.randAugment()));
  }

  /** Adds the error of a check that reports only one. */
  private void requireParses(String member, Runnable check) {
    try {
      check.run();
    } catch (ServiceException e) {
      String prefix = member + ": ";
      String message = e.getMessage();
      ranges.problems().add(message.startsWith(prefix) ? message : prefix + message);
    }
  }

  private void require(boolean holds, String message, Object... facts) {
    ranges.require(holds, message, facts);
  }
}
