package io.github.vanillanet.train.look;

/**
 * Upper limits of the chosen members, which keep a training within the memory and the budget.
 *
 * @param inputSize in pixels
 * @param width factor on the variant's widths
 * @param batchSize images in one forward pass
 * @param epochs of the training
 */
public record Limits(int inputSize, double width, int batchSize, int epochs) {

  public static final Limits NONE =
      new Limits(Integer.MAX_VALUE, Double.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

  Limits withInputSize(int most) {
    return new Limits(most, width, batchSize, epochs);
  }

  Limits withWidth(double most) {
    return new Limits(inputSize, most, batchSize, epochs);
  }

  Limits withBatchSize(int most) {
    return new Limits(inputSize, width, most, epochs);
  }

  Limits withEpochs(int most) {
    return new Limits(inputSize, width, batchSize, most);
  }
}
