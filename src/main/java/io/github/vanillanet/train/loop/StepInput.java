package io.github.vanillanet.train.loop;

import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.RandomStreams;
import java.util.SplittableRandom;

/**
 * Everything that one training step reads besides the training state.
 *
 * @param targets class weights of each sample, [n × classes]
 * @param dropout factors before the classifier, [n × width]; empty without dropout
 */
record StepInput(Batch batch, float[] targets, float[] dropout, Controls controls) {

  /**
   * @param weights of the classes, see {@link #targets}
   * @param step 0-based
   */
  static StepInput of(
      TrainingSpec spec, Batch batch, double[] weights, int step, double rate, double slope) {
    Recipe recipe = spec.recipe();
    int size = batch.side();
    Mixing mixing = Mixing.of(recipe.mixup(), recipe.cutmix(), recipe.seed(), step, size, size);
    return new StepInput(
        batch,
        targets(batch.labels(), spec.classes(), recipe.labelSmoothing(), mixing.lambda(), weights),
        dropout(recipe.dropout(), recipe.seed(), step, batch.size() * spec.lastWidth()),
        new Controls(slope, rate, step + 1L, recipe.accumulationSteps(), mixing));
  }

  /**
   * Class weights as timm's {@code mixup_target}: 1 − s + s/K for the class of the label and s/K
   * for each other class; a mixed batch has λ of its own weights and 1 − λ of those of the reversed
   * batch.
   *
   * @param smoothing s, 0 for hard labels
   * @param lambda 1 for a batch that is not mixed
   * @param weights factor of the share of each label's class, [classes]; empty if all are 1
   * @return [n × classes]
   */
  static float[] targets(
      int[] labels, int classes, double smoothing, double lambda, double... weights) {
    float[] targets = new float[labels.length * classes];
    double off = smoothing / classes;
    double on = 1 - smoothing + off;
    for (int i = 0; i < labels.length; i++) {
      int own = labels[i];
      int other = labels[labels.length - 1 - i];
      double ownShare = lambda * (weights.length == 0 ? 1 : weights[own]);
      double otherShare = (1 - lambda) * (weights.length == 0 ? 1 : weights[other]);
      for (int k = 0; k < classes; k++) {
        double weight = ownShare * (k == own ? on : off) + otherShare * (k == other ? on : off);
        targets[i * classes + k] = (float) weight;
      }
    }
    return targets;
  }

  /** 0 with probability {@code rate}, otherwise 1/(1 − rate). */
  private static float[] dropout(double rate, long seed, long step, int count) {
    if (rate == 0) {
      return new float[0];
    }
    SplittableRandom random = RandomStreams.of(seed, RandomStreams.Purpose.DROPOUT, step);
    float kept = (float) (1 / (1 - rate));
    float[] factors = new float[count];
    for (int i = 0; i < count; i++) {
      factors[i] = random.nextDouble() < rate ? 0 : kept;
    }
    return factors;
  }
}
