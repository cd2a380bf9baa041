package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Network;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A training run without its data and its folder. Equal specifications give equal weights on equal
 * data, with one CPU thread and on the same kind of machine.
 */
public record TrainingSpec(Recipe recipe, int classes, Kernels kernels) {

  public Architecture architecture() {
    return recipe.architecture(classes);
  }

  public Network network() {
    return recipe.network(classes);
  }

  /** Width of the maps that dropout acts on. */
  int lastWidth() {
    return recipe.dims().get(recipe.dims().size() - 1);
  }

  /**
   * Everything that determines the weights, as the {@code args} of a checkpoint. The names are
   * those of the official training script, which reads the same files; {@code batch_size} counts
   * the images of one optimizer step.
   */
  Map<String, Object> arguments() {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("model", recipe.variant());
    arguments.put("dims", recipe.dims().toString());
    arguments.put("act_num", (long) recipe.actNum());
    arguments.put("deep_training", recipe.deepTraining());
    arguments.put("shortcut", recipe.shortcut().name());
    arguments.put("nb_classes", (long) classes);
    arguments.put("input_height", (long) recipe.inputSize());
    arguments.put("input_width", (long) recipe.inputSize());
    arguments.put("seed", Long.toString(recipe.seed()));
    arguments.put("kernels", kernels.name());
    arguments.put("compute", recipe.compute().name());
    arguments.put("epochs", (long) recipe.epochs());
    arguments.put("batch_size", (long) recipe.batchSize() * recipe.accumulationSteps());
    arguments.put("update_freq", (long) recipe.accumulationSteps());
    arguments.put("opt", recipe.optimizer().name());
    arguments.put("weight_decay", recipe.weightDecay());
    arguments.put("layer_decay", recipe.layerDecay());
    arguments.put("clip_grad", recipe.clipNorm());
    arguments.put("lr", recipe.learningRate());
    arguments.put("min_lr", recipe.minLearningRate());
    arguments.put("warmup_epochs", recipe.warmupEpochs());
    arguments.put("decay_epochs", (long) recipe.decayEpochs());
    arguments.put("decay_linear", recipe.decayLinear());
    arguments.put("loss", recipe.loss().name());
    arguments.put("smoothing", recipe.labelSmoothing());
    arguments.put("drop", recipe.dropout());
    arguments.put("mixup", recipe.mixup());
    arguments.put("cutmix", recipe.cutmix());
    arguments.put("model_ema_decay", recipe.emaDecay());
    arguments.put("model_ema_warmup", recipe.emaWarmup());
    arguments.put("model_ema_batches", (long) recipe.emaBatches());
    arguments.put("balance", recipe.balance().name());
    arguments.put("stages", recipe.stages().toString());
    return arguments;
  }
}
