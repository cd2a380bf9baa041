package io.github.vanillanet.train.loop;

/**
 * The numbers that control a step of the {@link TrainingModule}, passed as one float64 tensor.
 *
 * @param slope of the LeakyReLU between convolutions
 * @param rate learning rate before layer decay
 * @param step optimizer steps including this one, from 1
 * @param parts micro-batches that the batch is split into; their gradients are averaged
 * @param mixing of the batch with its reverse
 */
record Controls(double slope, double rate, long step, int parts, Mixing mixing) {

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
