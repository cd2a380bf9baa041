package io.github.vanillanet.train.loop;

/**
 * An optimizer and its constants.
 *
 * @param beta1 of the first moment; the momentum of {@link OptimizerKind#SGD}
 * @param beta2 of the second moment
 * @param eps added to the denominator after bias correction
 * @param nesterov only for {@link OptimizerKind#SGD}
 * @param weightDecay of the parameters that have decay, see {@link ParameterGroups}
 * @param layerDecay factor of the learning rate per layer away from the classifier; 1 for none
 * @param clipNorm bound on the global norm of the gradients; 0 for none. LAMB also clips to 1
 */
record OptimizerSpec(
    OptimizerKind kind,
    double beta1,
    double beta2,
    double eps,
    boolean nesterov,
    double weightDecay,
    double layerDecay,
    double clipNorm) {

  /** Uses the official constants: {@code --opt_eps} 1e-8 applies to every optimizer. */
  static OptimizerSpec official(
      OptimizerKind kind, double weightDecay, double layerDecay, double clipNorm) {
    return new OptimizerSpec(kind, 0.9, 0.999, 1e-8, true, weightDecay, layerDecay, clipNorm);
  }
}
