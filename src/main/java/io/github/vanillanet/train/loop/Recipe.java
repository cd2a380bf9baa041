package io.github.vanillanet.train.loop;

/**
 * How a net is trained, apart from the net and the data.
 *
 * @param epochs in all
 * @param batchSize samples per optimizer step, over all parts
 * @param parts micro-batches that a step is cut into to save memory; batch norm sees one at a time
 * @param rate peak learning rate, absolute
 * @param lastRate that the cosine goes towards
 * @param warmupEpochs of linear warm-up
 * @param slope of the LeakyReLU between convolutions, per epoch
 * @param smoothing of labels, 0 to 1
 * @param dropout before the classifier, 0 to 1
 * @param emaDecay of the moving average of the weights; 0 for none
 */
public record Recipe(
    int epochs,
    int batchSize,
    int parts,
    OptimizerSpec optimizer,
    double rate,
    double lastRate,
    double warmupEpochs,
    SlopeSchedule slope,
    LossKind loss,
    double smoothing,
    double dropout,
    MixSpec mixing,
    double emaDecay) {

  public Recipe {
    if (epochs < 1 || batchSize < 1 || parts < 1 || batchSize % parts != 0) {
      throw new IllegalArgumentException(
          "%d epochs of batches of %d in %d parts".formatted(epochs, batchSize, parts));
    }
    if (slope.decayEpochs() >= epochs) {
      throw new IllegalArgumentException(
          "the slope must reach 1 before the end, or the net cannot be fused: %d of %d epochs"
              .formatted(slope.decayEpochs(), epochs));
    }
    if (!(smoothing >= 0 && smoothing < 1 && dropout >= 0 && dropout < 1)
        || !(emaDecay >= 0 && emaDecay < 1)
        || !(warmupEpochs >= 0 && warmupEpochs <= epochs)) {
      throw new IllegalArgumentException(
          "smoothing %s, dropout %s and average %s must be in 0..1, warm-up %s in 0..%d epochs"
              .formatted(smoothing, dropout, emaDecay, warmupEpochs, epochs));
    }
  }

  public LearningRateSchedule rates(int stepsPerEpoch) {
    return new LearningRateSchedule(
        rate,
        lastRate,
        Math.multiplyExact(epochs, stepsPerEpoch),
        (int) Math.round(warmupEpochs * stepsPerEpoch));
  }

  /** From weights that were trained to slope 1: it stays there. */
  public Recipe withSlopePinned() {
    return new Recipe(
        epochs,
        batchSize,
        parts,
        optimizer,
        rate,
        lastRate,
        warmupEpochs,
        new SlopeSchedule(0, true),
        loss,
        smoothing,
        dropout,
        mixing,
        emaDecay);
  }
}
