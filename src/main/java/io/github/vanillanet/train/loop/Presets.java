package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.network.VanillaNetVariant;

/**
 * Recipes by name.
 *
 * @see <a href="https://github.com/huawei-noah/VanillaNet">the training commands in the official
 *     README.md</a>
 */
public final class Presets {

  private static final int EPOCHS = 300;
  private static final int DECAY_EPOCHS = 100;
  private static final int BATCH = 128 * 8; // images per GPU × GPUs
  private static final double LAST_RATE = 1e-6;
  private static final int WARMUP_EPOCHS = 5;
  private static final double SMOOTHING = 0.1;
  private static final double DROPOUT = 0.05;
  private static final double EMA_DECAY = 0.99996;

  private Presets() {}

  /**
   * The published command of variants 5 to 10. The others have none: they go on as 10 does, which
   * ends a trend of ever less weight decay and has the last published mixup; depth beyond it adds
   * blocks of the same width, which ask for no other rate, LAMB scaling each layer's step.
   */
  public static Recipe official(VanillaNetVariant variant) {
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

  private static Recipe official(double rate, double decay, double layerDecay, double mixup) {
    return new Recipe(
        EPOCHS,
        BATCH,
        1,
        OptimizerSpec.of(OptimizerKind.LAMB, decay, layerDecay),
        rate,
        LAST_RATE,
        WARMUP_EPOCHS,
        new SlopeSchedule(DECAY_EPOCHS, true),
        LossKind.BINARY_CROSS_ENTROPY,
        SMOOTHING,
        DROPOUT,
        MixSpec.official(mixup),
        EMA_DECAY);
  }

  /**
   * For some ten thousand small images on a few CPU cores. Few epochs learn faster from softmax
   * cross entropy than from one binary question per class, and from images that are not mixed; the
   * slope reaches 1 at a third, as in the official recipe; the average looks back over some two
   * hundred steps, not ten thousands: weights from the decay of the slope spoil it.
   */
  public static Recipe smallCpu(int epochs) {
    return new Recipe(
        epochs,
        128,
        1,
        OptimizerSpec.of(OptimizerKind.LAMB, 0.05, 1),
        8e-3,
        LAST_RATE,
        Math.min(2, epochs / 10.0),
        new SlopeSchedule(epochs / 3, true),
        LossKind.CROSS_ENTROPY,
        SMOOTHING,
        0,
        MixSpec.NONE,
        0.995);
  }
}
