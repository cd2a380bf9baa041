package io.github.vanillanet.model.network;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Untrained weights from a seed, to try and to time a net. They keep the scale of the activations
 * from layer to layer. The same network and seed give the same weights on every machine.
 */
public final class SeededWeights {

  private static final double SMALL = 0.1;

  private SeededWeights() {}

  /** Float32 weights of either form, named as in {@link ParameterTable}. */
  public static StateDict of(Network network, long seed) {
    return of(network.layers(), seed);
  }

  /** Float32 weights of any net of these layers. */
  public static StateDict of(List<Layer> layers, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (Layer layer : layers) {
      if (layer instanceof Layer.Convolution conv) {
        tensors.put(conv.name() + ".weight", kernel(conv, random.split()));
        if (conv.bias()) {
          tensors.put(conv.name() + ".bias", uniform(conv.out(), -SMALL, SMALL, random.split()));
        }
      } else if (layer instanceof Layer.BatchNorm norm) {
        int channels = norm.channels();
        tensors.put(norm.name() + ".weight", uniform(channels, 0.5, 1.5, random.split()));
        tensors.put(norm.name() + ".bias", uniform(channels, -SMALL, SMALL, random.split()));
        tensors.put(
            norm.name() + ".running_mean", uniform(channels, -SMALL, SMALL, random.split()));
        tensors.put(norm.name() + ".running_var", uniform(channels, 0.5, 1.5, random.split()));
      }
    }
    return new StateDict(tensors);
  }

  /**
   * Draws uniform values that preserve the variance of the signal. A depthwise kernel is close to
   * the identity.
   */
  private static HostTensor kernel(Layer.Convolution conv, SplittableRandom random) {
    int area = conv.kernel() * conv.kernel();
    int inputs = conv.in() / conv.groups();
    double bound = Math.sqrt(3.0 / (inputs * area));
    return HostTensor.build(
        ScalarType.FLOAT32,
        new long[] {conv.out(), inputs, conv.kernel(), conv.kernel()},
        out -> {
          for (int i = 0; out.hasRemaining(); i++) {
            boolean centre = conv.isDepthwise() && i % area == area / 2;
            out.putFloat((float) ((centre ? 1 : 0) + (random.nextDouble() * 2 - 1) * bound));
          }
        });
  }

  private static HostTensor uniform(int count, double from, double to, SplittableRandom random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (from + (to - from) * random.nextDouble());
    }
    return HostTensor.of(values, count);
  }
}
