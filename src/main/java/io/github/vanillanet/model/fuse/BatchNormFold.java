package io.github.vanillanet.model.fuse;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Layer;

/**
 * Folds a batch norm into the convolution before it: w' = w·γ/σ, b' = β + (b − μ)·γ/σ with σ =
 * √(var + ε). In float64: σ can be tiny, and the fold runs once.
 *
 * @see <a href="https://arxiv.org/abs/2305.12972">VanillaNet, equation 2</a>
 */
final class BatchNormFold {

  private BatchNormFold() {}

  /**
   * @param norm name of the batch norm in {@code weights}
   * @param weight {@code [out, in/groups, k, k]}
   * @param bias {@code [out]}, zeros where the convolution has none
   */
  static ConvolutionWeights fold(StateDict weights, String norm, HostTensor weight, double[] bias) {
    double[] gamma = weights.get(norm + ".weight").toDoubles();
    double[] beta = weights.get(norm + ".bias").toDoubles();
    double[] mean = weights.get(norm + ".running_mean").toDoubles();
    double[] variance = weights.get(norm + ".running_var").toDoubles();
    double[] scale = new double[gamma.length];
    double[] folded = new double[gamma.length];
    for (int c = 0; c < gamma.length; c++) {
      scale[c] = gamma[c] / Math.sqrt(variance[c] + Layer.BatchNorm.EPS);
      folded[c] = beta[c] + (bias[c] - mean[c]) * scale[c];
    }
    return new ConvolutionWeights(ConvolutionWeights.scaleRows(weight, scale), folded);
  }
}
