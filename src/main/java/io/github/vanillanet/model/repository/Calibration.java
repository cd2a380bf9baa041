package io.github.vanillanet.model.repository;

import java.util.List;

/**
 * Corrects the confidence of a model: its probabilities are {@code softmax(logits / temperature +
 * bias)}. It is the member {@code calibration} of a manifest. The expected calibration errors are
 * measured with 15 bins of equal width, each image with values that were fitted without it.
 *
 * @param temperature above 1 for an overconfident model
 * @param bias one per class, in the order of the logits; empty for none
 * @param images that it was fitted on
 * @param eceBefore expected calibration error of {@code softmax(logits)}, 0..1
 * @param eceAfter expected calibration error of the calibrated probabilities, 0..1
 * @see <a href="https://arxiv.org/abs/1706.04599">On Calibration of Modern Neural Networks</a>
 */
public record Calibration(
    double temperature, List<Double> bias, int images, double eceBefore, double eceAfter) {

  /** The range of temperatures. A fit outside it comes from too few wrong or right answers. */
  public static final double MIN_TEMPERATURE = 0.1;

  public static final double MAX_TEMPERATURE = 10;

  public Calibration {
    if (!(temperature >= MIN_TEMPERATURE && temperature <= MAX_TEMPERATURE)) {
      throw new IllegalArgumentException(
          "temperature: expected %s to %s, got %s"
              .formatted(MIN_TEMPERATURE, MAX_TEMPERATURE, temperature));
    }
    for (double value : bias) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("bias: expected finite numbers, got " + value);
      }
    }
    bias = List.copyOf(bias);
  }

  /** Adding these to the logits gives the order of the probabilities; empty for no change. */
  public List<Double> offsets() {
    return bias.stream().map(value -> value * temperature).toList();
  }
}
