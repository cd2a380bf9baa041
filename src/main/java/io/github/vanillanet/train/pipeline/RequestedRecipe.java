package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.train.jobs.TrainingRequest;
import io.github.vanillanet.train.loop.LossKind;
import io.github.vanillanet.train.loop.MixSpec;
import io.github.vanillanet.train.loop.OptimizerKind;
import io.github.vanillanet.train.loop.OptimizerSpec;
import io.github.vanillanet.train.loop.Presets;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.SlopeSchedule;
import java.util.Locale;

/** The recipe that a request asks for: its preset's, with every member that it names replaced. */
final class RequestedRecipe {

  static final String OFFICIAL = "official";
  static final String SMALL = "small";
  private static final int SMALL_EPOCHS = 30;

  private final TrainingRequest request;
  private final Recipe preset;

  private RequestedRecipe(TrainingRequest request, Recipe preset) {
    this.request = request;
    this.preset = preset;
  }

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if preset, optimizer or loss are unknown, or
   *     the members do not fit each other
   */
  static Recipe of(TrainingRequest request, VanillaNetVariant variant) {
    try {
      return new RequestedRecipe(request, preset(request, variant)).recipe();
    } catch (IllegalArgumentException e) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "the recipe is not possible: " + e.getMessage());
    }
  }

  private static Recipe preset(TrainingRequest request, VanillaNetVariant variant) {
    String name = request.preset().orElse(SMALL);
    return switch (name) {
      case OFFICIAL -> Presets.official(variant);
      case SMALL -> Presets.smallCpu(request.epochs().orElse(SMALL_EPOCHS));
      default ->
          throw new ServiceException(
              ErrorCode.INVALID_REQUEST,
              "preset: expected %s or %s, found '%s'".formatted(OFFICIAL, SMALL, name));
    };
  }

  private Recipe recipe() {
    int parts = request.accumulation().orElse(preset.parts());
    // a request counts images of one forward, a recipe those of one optimizer step
    int batch =
        request.batchSize().isPresent()
            ? Math.multiplyExact(request.batchSize().getAsInt(), parts)
            : preset.batchSize();
    int epochs = request.epochs().orElse(preset.epochs());
    return new Recipe(
        epochs,
        batch,
        parts,
        optimizer(),
        request.learningRate().orElse(preset.rate()),
        request.minLearningRate().orElse(preset.lastRate()),
        request.warmupEpochs().isPresent()
            ? request.warmupEpochs().getAsDouble()
            : preset.warmupEpochs(),
        new SlopeSchedule(
            request.decayEpochs().orElse(preset.slope().decayEpochs()),
            request.decayLinear().orElse(preset.slope().linear())),
        request.loss().map(name -> named(LossKind.class, "loss", name)).orElse(preset.loss()),
        request.labelSmoothing().orElse(preset.smoothing()),
        request.dropout().orElse(preset.dropout()),
        mixing(),
        request.emaDecay().orElse(preset.emaDecay()));
  }

  private OptimizerSpec optimizer() {
    OptimizerSpec usual = preset.optimizer();
    OptimizerKind kind =
        request
            .optimizer()
            .map(name -> named(OptimizerKind.class, "optimizer", name))
            .orElse(usual.kind());
    OptimizerSpec base =
        OptimizerSpec.of(
            kind,
            request.weightDecay().orElse(usual.weightDecay()),
            request.layerDecay().orElse(usual.layerDecay()));
    return new OptimizerSpec(
        kind,
        base.beta1(),
        base.beta2(),
        base.eps(),
        base.nesterov(),
        base.weightDecay(),
        base.layerDecay(),
        request.clipNorm().orElse(usual.clipNorm()));
  }

  private MixSpec mixing() {
    MixSpec usual = preset.mixing();
    if (request.mixup().isEmpty() && request.cutmix().isEmpty()) {
      return usual;
    }
    double mixup = request.mixup().orElse(usual.mixup());
    double cutmix = request.cutmix().orElse(usual.cutmix());
    return new MixSpec(mixup, cutmix, 1, 0.5);
  }

  private static <E extends Enum<E>> E named(Class<E> type, String member, String name) {
    for (E value : type.getEnumConstants()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(name)) {
        return value;
      }
    }
    throw new ServiceException(
        ErrorCode.INVALID_REQUEST,
        "%s: expected one of %s in lower case, found '%s'"
            .formatted(member, java.util.Arrays.toString(type.getEnumConstants()), name));
  }
}
