package io.github.vanillanet.model.network;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Weights from a fixed seed, so that a net can be tried and timed before there are trained ones.
 * Scaled so that activations keep their size from layer to layer, whatever the depth; they mean
 * nothing. Equal for equal networks and seeds, on every machine.
 */
public final class SeededWeights {

  private static final double SERIES_CENTRE = 1.0;
  private static final double SMALL = 0.1;

  private SeededWeights() {}

  /** Float32 weights of either form, named as in {@link ParameterTable}. */
  public static StateDict of(Network network, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (Layer layer : network.layers()) {
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

  /** Uniform with the variance that keeps the signal's; a depthwise kernel mostly passes on. */
  private static HostTensor kernel(Layer.Convolution conv, SplittableRandom random) {
    int fanIn = conv.in() / conv.groups() * conv.kernel() * conv.kernel();
    double bound = Math.sqrt(3.0 / fanIn);
    boolean depthwise = conv.groups() > 1;
    int area = conv.kernel() * conv.kernel();
    long[] shape = {conv.out(), conv.in() / conv.groups(), conv.kernel(), conv.kernel()};
    return HostTensor.build(
        ScalarType.FLOAT32,
        shape,
        out -> {
          long count = HostTensor.elementCount(shape);
          for (int i = 0; i < count; i++) {
            boolean centre = depthwise && i % area == area / 2;
            out.putFloat((float) ((centre ? SERIES_CENTRE : 0) + uniform(random, bound)));
          }
        });
  }

  private static double uniform(SplittableRandom random, double bound) {
    return (random.nextDouble() * 2 - 1) * bound;
  }

  private static HostTensor uniform(int count, double from, double to, SplittableRandom random) {
    return HostTensor.build(
        ScalarType.FLOAT32,
        new long[] {count},
        (ByteBuffer out) -> {
          for (int i = 0; i < count; i++) {
            out.putFloat((float) (from + (to - from) * random.nextDouble()));
          }
        });
  }
}
