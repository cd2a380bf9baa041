package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.train.dataset.RandomStreams;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Where training starts: convolutions from a normal distribution of deviation 0.02 cut at ±2, their
 * biases 0; batch norms 1 and 0, running mean 0 and variance 1. Equal for equal seeds.
 */
public final class InitialWeights {

  private static final double DEVIATION = 0.02;
  private static final double CUT = 2;

  private InitialWeights() {}

  /** Float32 weights of the training form by their official names. */
  public static StateDict of(Network network, long seed) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    int index = 0;
    for (Layer layer : network.layers()) {
      if (layer instanceof Layer.Convolution conv) {
        RandomGenerator random = RandomStreams.of(seed, RandomStreams.Purpose.WEIGHTS, index++);
        tensors.put(conv.name() + ".weight", kernel(conv, random));
        if (conv.bias()) {
          tensors.put(conv.name() + ".bias", constant(conv.out(), 0));
        }
      } else if (layer instanceof Layer.BatchNorm norm) {
        tensors.put(norm.name() + ".weight", constant(norm.channels(), 1));
        tensors.put(norm.name() + ".bias", constant(norm.channels(), 0));
        tensors.put(norm.name() + ".running_mean", constant(norm.channels(), 0));
        tensors.put(norm.name() + ".running_var", constant(norm.channels(), 1));
      }
    }
    return new StateDict(tensors);
  }

  private static HostTensor kernel(Layer.Convolution conv, RandomGenerator random) {
    long[] shape = {conv.out(), conv.in() / conv.groups(), conv.kernel(), conv.kernel()};
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

  private static double normal(RandomGenerator random) {
    double value = DEVIATION * random.nextGaussian();
    return Math.abs(value) <= CUT ? value : normal(random);
  }

  private static HostTensor constant(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return HostTensor.of(values, count);
  }
}
