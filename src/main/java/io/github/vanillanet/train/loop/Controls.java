package io.github.vanillanet.train.loop;

/**
 * The numbers that steer one call of the {@link TrainingModule}, as one float64 tensor.
 *
 * @param slope of the LeakyReLU between convolutions
 * @param rate learning rate before layer decay
 * @param step optimizer steps including this one: 1 at first
 * @param parts micro-batches that the batch is cut into, whose gradients are averaged
 * @param mixing of the batch with its mirror image
 */
record Controls(double slope, double rate, long step, int parts, Mixing mixing) {

  /** Of an evaluation: only the slope and whose weights matter. */
  static double[] evaluation(double slope, boolean average) {
    return new double[] {slope, average ? 1 : 0};
  }

  double[] values() {
    return new double[] {
      slope,
      rate,
      step,
      parts,
      mixing.lambda(),
      mixing.top(),
      mixing.height(),
      mixing.left(),
      mixing.width()
    };
  }
}
