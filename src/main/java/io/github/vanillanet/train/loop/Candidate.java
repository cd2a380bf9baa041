package io.github.vanillanet.train.loop;

/**
 * Weights that can be fused and published, measured on the validation images. Only epochs of the
 * last stage with slope 1 give candidates: other weights belong to another input size, or cannot be
 * fused.
 *
 * @param epoch after which they were measured, 0-based
 * @param average whether they are the moving average
 * @param accuracy on the validation images, from 0 to 1
 * @param loss mean cross entropy on the validation images
 */
public record Candidate(int epoch, boolean average, double accuracy, double loss) {

  static Candidate of(int epoch, boolean average, Evaluation evaluation) {
    return new Candidate(epoch, average, evaluation.accuracy(), evaluation.loss());
  }

  /** Whether the logits were finite. */
  boolean isUsable() {
    return Double.isFinite(loss);
  }

  /** Higher accuracy, or the same with a lower loss. */
  boolean isBetterThan(Candidate other) {
    return accuracy > other.accuracy || accuracy == other.accuracy && loss < other.loss;
  }
}
