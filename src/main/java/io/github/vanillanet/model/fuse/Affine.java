package io.github.vanillanet.model.fuse;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Layer;
import java.util.function.BinaryOperator;

/**
 * A convolution in float64: w·x + b.
 *
 * @param weight [out, in/groups, k, k]
 * @param bias [out]
 */
record Affine(HostTensor weight, double[] bias) {

  /** The convolution {@code name}, with a bias of zeros if it has none. */
  static Affine of(StateDict weights, String name) {
    HostTensor weight = weights.get(name + ".weight");
    double[] bias =
        weights.contains(name + ".bias")
            ? weights.get(name + ".bias").toDoubles()
            : new double[(int) weight.shape()[0]];
    return new Affine(weight, bias);
  }

  /**
   * Folds the batch norm that follows into this convolution: w' = w·γ/σ, b' = β + (b − μ)·γ/σ, with
   * σ = √(var + ε). Float64, because σ can be tiny.
   */
  Affine then(StateDict weights, String batchNorm) {
    double[] gamma = weights.get(batchNorm + ".weight").toDoubles();
    double[] beta = weights.get(batchNorm + ".bias").toDoubles();
    double[] mean = weights.get(batchNorm + ".running_mean").toDoubles();
    double[] variance = weights.get(batchNorm + ".running_var").toDoubles();
    double[] scale = new double[bias.length];
    double[] folded = new double[bias.length];
    for (int c = 0; c < bias.length; c++) {
      scale[c] = gamma[c] / Math.sqrt(variance[c] + Layer.BatchNorm.EPS);
      folded[c] = beta[c] + (bias[c] - mean[c]) * scale[c];
    }
    return new Affine(scaleRows(weight, scale), folded);
  }

  /**
   * Merges a following 1×1 convolution (w₂, b₂) into this one (w₁, b₁): w = w₂·w₁ over the middle
   * channels, b = b₂ + w₂·b₁.
   *
   * @param product multiplies matrices in float64
   */
  Affine then(Affine pointwise, BinaryOperator<HostTensor> product) {
    long[] shape = weight.shape(); // [mid, in, k, k]
    long mid = shape[0];
    long out = pointwise.weight.shape()[0];
    HostTensor second = pointwise.weight.reshape(out, mid);
    HostTensor merged = product.apply(second, weight.reshape(mid, weight.elementCount() / mid));
    double[] mergedBias = pointwise.bias.clone();
    double[] row = new double[(int) mid];
    for (int o = 0; o < out; o++) {
      second.copyTo((int) (o * mid), row);
      for (int m = 0; m < mid; m++) {
        mergedBias[o] += row[m] * bias[m];
      }
    }
    return new Affine(merged.reshape(out, shape[1], shape[2], shape[3]), mergedBias);
  }

  /** Multiplies row {@code o} of {@code weight} by {@code scale[o]}. */
  private static HostTensor scaleRows(HostTensor weight, double[] scale) {
    double[] row = new double[weight.elementCount() / scale.length];
    return HostTensor.build(
        ScalarType.FLOAT64,
        weight.shape(),
        out -> {
          for (int o = 0; o < scale.length; o++) {
            weight.copyTo(o * row.length, row);
            for (double value : row) {
              out.putDouble(value * scale[o]);
            }
          }
        });
  }
}
