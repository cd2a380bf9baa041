package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import io.github.vanillanet.train.dataset.RandomStreams;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Random weights to start from: kernels from N(0, 0.02) cut at ±2 as timm's trunc_normal_, biases
 * 0; batch norms with weight 1, bias 0, running mean 0 and running variance 1.
 */
final class InitialWeights {

  private static final double DEVIATION = 0.02;
  private static final double CUT = 2;

  private InitialWeights() {}

  /** Float32 weights by their official names. Equal seeds give equal weights. */
  static StateDict of(Network network, long seed) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    int kernels = 0;
    for (Map.Entry<String, long[]> entry : ParameterTable.of(network).shapes().entrySet()) {
      String name = entry.getKey();
      long[] shape = entry.getValue();
      boolean isKernel = shape.length == 4;
      boolean isOne = name.endsWith(".weight") || name.endsWith(".running_var");
      tensors.put(
          name, isKernel ? kernel(shape, seed, kernels++) : constant(shape[0], isOne ? 1 : 0));
    }
    return new StateDict(tensors);
  }

  private static HostTensor kernel(long[] shape, long seed, int index) {
    SplittableRandom random = RandomStreams.of(seed, RandomStreams.Purpose.WEIGHTS, index);
    long count = HostTensor.elementCount(shape);
    return HostTensor.build(
        ScalarType.FLOAT32,
        shape,
        out -> {
          for (long i = 0; i < count; i++) {
            out.putFloat((float) normal(random));
          }
        });
  }

  private static double normal(SplittableRandom random) {
    double value = DEVIATION * random.nextGaussian();
    return Math.abs(value) <= CUT ? value : normal(random);
  }

  private static HostTensor constant(long count, float value) {
    float[] values = new float[(int) count];
    Arrays.fill(values, value);
    return HostTensor.of(values, count);
  }
}
