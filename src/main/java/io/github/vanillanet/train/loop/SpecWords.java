package io.github.vanillanet.train.loop;

import java.util.LinkedHashMap;
import java.util.Map;

/** A specification as named strings, integers, floats and Booleans, under the official names. */
final class SpecWords {

  private SpecWords() {}

  static Map<String, Object> of(TrainingSpec spec) {
    Recipe recipe = spec.recipe();
    OptimizerSpec optimizer = recipe.optimizer();
    Map<String, Object> words = new LinkedHashMap<>();
    words.put("model", spec.architecture().variant().officialName());
    words.put("dims", spec.architecture().dims().toString());
    words.put("act_num", (long) spec.architecture().actNum());
    words.put("nb_classes", (long) spec.architecture().classes());
    words.put("input_height", (long) spec.architecture().inputHeight());
    words.put("input_width", (long) spec.architecture().inputWidth());
    words.put("seed", Long.toString(spec.seed()));
    words.put("kernels", spec.kernels().name());
    words.put("compute", spec.compute().name());
    words.put("epochs", (long) recipe.epochs());
    words.put("batch_size", (long) recipe.batchSize());
    words.put("update_freq", (long) recipe.parts());
    words.put("opt", optimizer.kind().name());
    words.put("beta1", optimizer.beta1());
    words.put("beta2", optimizer.beta2());
    words.put("opt_eps", optimizer.eps());
    words.put("nesterov", optimizer.nesterov());
    words.put("weight_decay", optimizer.weightDecay());
    words.put("layer_decay", optimizer.layerDecay());
    words.put("clip_grad", optimizer.clipNorm());
    words.put("lr", recipe.rate());
    words.put("min_lr", recipe.lastRate());
    words.put("warmup_epochs", recipe.warmupEpochs());
    words.put("decay_epochs", (long) recipe.slope().decayEpochs());
    words.put("decay_linear", recipe.slope().linear());
    words.put("loss", recipe.loss().name());
    words.put("smoothing", recipe.smoothing());
    words.put("drop", recipe.dropout());
    words.put("mixup", recipe.mixing().mixup());
    words.put("cutmix", recipe.mixing().cutmix());
    words.put("mixup_prob", recipe.mixing().probability());
    words.put("mixup_switch_prob", recipe.mixing().switching());
    words.put("model_ema_decay", recipe.emaDecay());
    return words;
  }
}
