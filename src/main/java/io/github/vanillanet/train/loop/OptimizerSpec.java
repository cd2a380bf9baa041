package io.github.vanillanet.train.loop;

/**
 * An optimizer and its constants.
 *
 * @param beta1 of the first moment; the momentum of {@link OptimizerKind#SGD}
 * @param beta2 of the second moment
 * @param eps added to the denominator, after its bias correction
 * @param nesterov for {@link OptimizerKind#SGD}
 * @param weightDecay of the parameters that decay at all, see {@link ParameterGroups}
 * @param layerDecay factor of the learning rate per layer away from the classifier; 1 for none
 * @param clipNorm bound on the global norm of the gradients; 0 for none. LAMB clips to 1 besides.
 */
public record OptimizerSpec(
    OptimizerKind kind,
    double beta1,
    double beta2,
    double eps,
    boolean nesterov,
    double weightDecay,
    double layerDecay,
    double clipNorm) {

  public OptimizerSpec {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException("betas must be in 0..1: %s, %s".formatted(beta1, beta2));
    }
    if (!(eps >= 0 && weightDecay >= 0 && layerDecay > 0 && clipNorm >= 0)) {
      throw new IllegalArgumentException(
          "eps %s, decay %s, layer decay %s and clipping %s must not be negative"
              .formatted(eps, weightDecay, layerDecay, clipNorm));
    }
  }

  /** The official constants: {@code --opt_eps} 1e-8 goes to every optimizer. */
  public static OptimizerSpec of(OptimizerKind kind, double weightDecay, double layerDecay) {
    return new OptimizerSpec(kind, 0.9, 0.999, 1e-8, true, weightDecay, layerDecay, 0);
  }

  OptimizerSpec clippedTo(double norm) {
    return new OptimizerSpec(kind, beta1, beta2, eps, nesterov, weightDecay, layerDecay, norm);
  }
}
