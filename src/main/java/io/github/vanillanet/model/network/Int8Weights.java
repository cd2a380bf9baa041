package io.github.vanillanet.model.network;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The 8-bit weights of a convolution between activations in {@link Int8Scales}. The scales s, s′
 * and the offsets l, l′ of its input and output become part of the weights w and the bias b. The
 * kernel then computes q′ = round(scale · Σ weight · q + bias), with one scale per output channel:
 *
 * <pre>
 * W = w · s / s′        weight = round(W / scale)        scale = max|W| / 127
 * bias = (b + Σ w · l − l′) / s′ − Σ (scale · weight − W) · mean(q)
 * </pre>
 *
 * <p>This is exact up to the rounding: scales commute with the ReLU and the max pool between two
 * convolutions, and l = 0 where zeros pad. The last term removes the mean of the weights' rounding
 * error, which is most of it, because q is never negative.
 *
 * @see <a href="https://arxiv.org/abs/1906.04721">Data-Free Quantization Through Weight
 *     Equalization and Bias Correction</a>
 */
record Int8Weights(HostTensor weight, HostTensor scale, HostTensor bias) {

  private static final int LARGEST = 127;

  /**
   * @param weights of the whole net, floating
   * @param map size of the convolution's input
   */
  static Int8Weights of(
      Layer.Convolution conv,
      StateDict weights,
      FeatureMap map,
      Int8Scales input,
      Int8Scales output) {
    HostTensor weight = weights.get(conv.name() + ".weight");
    double[] biases = weights.get(conv.name() + ".bias").toDoubles();
    double[] touched = touched(conv, map);
    double[] row = new double[conv.in() / conv.groups() * touched.length];
    float[] scales = new float[conv.out()];
    float[] shifted = new float[conv.out()];
    HostTensor rounded =
        HostTensor.build(
            ScalarType.INT8,
            weight.shape(),
            out -> {
              for (int o = 0; o < conv.out(); o++) {
                weight.copyTo(o * row.length, row);
                double largest = 0;
                double bias = biases[o] - output.offset()[o];
                for (int i = 0; i < row.length; i++) {
                  int channel = channel(conv, o, i, touched);
                  bias += row[i] * input.offset()[channel];
                  boolean used = touched[i % touched.length] > 0;
                  row[i] *= used ? input.scale()[channel] / output.scale()[o] : 0;
                  largest = Math.max(largest, Math.abs(row[i]));
                }
                double scale = largest > 0 ? largest / LARGEST : 1;
                double error = 0;
                for (int i = 0; i < row.length; i++) {
                  double nearest = Math.rint(row[i] / scale);
                  out.put((byte) nearest);
                  error +=
                      (scale * nearest - row[i])
                          * input.mean()[channel(conv, o, i, touched)]
                          * touched[i % touched.length];
                }
                scales[o] = (float) scale;
                shifted[o] = (float) (bias / output.scale()[o] - error);
              }
            });
    return new Int8Weights(
        rounded, HostTensor.of(scales, conv.out()), HostTensor.of(shifted, conv.out()));
  }

  private static int channel(Layer.Convolution conv, int out, int index, double[] touched) {
    return conv.isDepthwise() ? out : index / touched.length;
  }

  /** The share of the positions at which each tap of the kernel meets a pixel, row-major. */
  private static double[] touched(Layer.Convolution conv, FeatureMap map) {
    FeatureMap after = map.after(conv);
    double[] rows = touched(conv, map.height(), after.height());
    double[] columns = touched(conv, map.width(), after.width());
    double[] shares = new double[rows.length * columns.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = rows[i / columns.length] * columns[i % columns.length];
    }
    return shares;
  }

  private static double[] touched(Layer.Convolution conv, int size, int positions) {
    double[] shares = new double[conv.kernel()];
    for (int position = 0; position < positions; position++) {
      for (int tap = 0; tap < shares.length; tap++) {
        int pixel = position * conv.stride() - conv.padding() + tap;
        shares[tap] += pixel >= 0 && pixel < size ? 1.0 / positions : 0;
      }
    }
    return shares;
  }

  /**
   * The weights for patches of k×k pixels as channels: a 1×1 convolution. The channels of a patch
   * are in the order of the pixels' bytes: row, column, colour.
   */
  Int8Weights ofPatches() {
    int out = (int) weight.shape()[0];
    int colours = (int) weight.shape()[1];
    int side = (int) weight.shape()[2];
    HostTensor patches =
        HostTensor.build(
            ScalarType.INT8,
            new long[] {out, (long) side * side * colours, 1, 1},
            bytes -> {
              for (int o = 0; o < out; o++) {
                for (int pixel = 0; pixel < side * side; pixel++) {
                  for (int c = 0; c < colours; c++) {
                    bytes.put(weight.bytes().get((o * colours + c) * side * side + pixel));
                  }
                }
              }
            });
    return new Int8Weights(patches, scale, bias);
  }

  Map<String, HostTensor> named(String convolution) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put(convolution + ".weight", weight);
    tensors.put(convolution + ".scale", scale);
    tensors.put(convolution + ".bias", bias);
    return tensors;
  }

  /**
   * The convolution in float32 with its output in units of q′, for input that is not 8-bit.
   *
   * @return weight and bias
   */
  static Map<String, HostTensor> exact(
      Layer.Convolution conv, StateDict weights, Int8Scales output, String name) {
    double[] values = weights.get(conv.name() + ".weight").toDoubles();
    double[] biases = weights.get(conv.name() + ".bias").toDoubles();
    int row = values.length / biases.length;
    for (int o = 0; o < biases.length; o++) {
      for (int i = o * row; i < (o + 1) * row; i++) {
        values[i] /= output.scale()[o];
      }
      biases[o] = (biases[o] - output.offset()[o]) / output.scale()[o];
    }
    long[] shape = weights.get(conv.name() + ".weight").shape();
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put(name + ".weight", HostTensor.of(values, shape).to(ScalarType.FLOAT32));
    tensors.put(name + ".bias", HostTensor.of(biases, biases.length).to(ScalarType.FLOAT32));
    return tensors;
  }
}
