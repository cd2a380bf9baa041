package io.github.vanillanet.model.fuse;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import java.util.function.BinaryOperator;

/**
 * A convolution's affine map in float64.
 *
 * @param weight {@code [out, in/groups, k, k]}
 * @param bias one per output channel
 */
record ConvolutionWeights(HostTensor weight, double[] bias) {

  /**
   * The convolution that does first {@code first}, then this 1×1 convolution: w = w₂·w₁ over the
   * middle channels, b = b₂ + w₂·b₁. Padding commutes, since only {@code first} may have any.
   *
   * @param product multiplies matrices in float64
   */
  ConvolutionWeights after(ConvolutionWeights first, BinaryOperator<HostTensor> product) {
    long[] inner = first.weight.shape(); // [mid, in, k, k]
    long out = weight.shape()[0];
    long mid = inner[0];
    HostTensor outer = weight.reshape(out, mid);
    HostTensor merged =
        product.apply(outer, first.weight.reshape(mid, first.weight.elementCount() / mid));
    double[] mergedBias = bias.clone();
    double[] row = new double[(int) mid];
    for (int o = 0; o < out; o++) {
      outer.copyTo((int) (o * mid), row);
      for (int m = 0; m < mid; m++) {
        mergedBias[o] += row[m] * first.bias[m];
      }
    }
    return new ConvolutionWeights(merged.reshape(out, inner[1], inner[2], inner[3]), mergedBias);
  }

  HostTensor biasTensor() {
    return HostTensor.of(bias, bias.length);
  }

  /** Scales row {@code o} of {@code weight} by {@code scale[o]}. */
  static HostTensor scaleRows(HostTensor weight, double[] scale) {
    double[] row = new double[weight.elementCount() / scale.length];
    return HostTensor.build(
        ScalarType.FLOAT64,
        weight.shape(),
        out -> {
          for (int o = 0; o < scale.length; o++) {
            weight.copyTo(o * row.length, row);
            for (int i = 0; i < row.length; i++) {
              row[i] *= scale[o];
            }
            out.asDoubleBuffer().put(row);
            out.position(out.position() + row.length * Double.BYTES);
          }
        });
  }
}
