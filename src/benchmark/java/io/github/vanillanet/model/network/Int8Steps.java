package io.github.vanillanet.model.network;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of {@link Int8Module} in a form for other runtimes: the same 8-bit weights from the
 * same ranges. The input is the pixels, and the scale and the offset of every map are 1 and 0. The
 * last map is 8-bit too.
 *
 * @param layers before the global average pool
 * @param convolutions their weights, by position
 * @param classifier weight and bias for means of the last map
 */
public record Int8Steps(List<Layer> layers, List<Weights> convolutions, HostTensor[] classifier) {

  /**
   * @param weight int8
   * @param scale float32, per output channel
   * @param bias float32, in steps of the output
   */
  public record Weights(HostTensor weight, HostTensor scale, HostTensor bias) {}

  public static Int8Steps of(
      Network network, StateDict weights, Preprocessing preprocessing, ActivationRanges ranges) {
    int pool = network.layers().indexOf(new Layer.GlobalAveragePool());
    List<Layer> layers = network.layers().subList(0, pool);
    List<FeatureMap> maps =
        FeatureMap.inputs(network.layers(), preprocessing.height(), preprocessing.width());
    List<Weights> convolutions = new ArrayList<>();
    Int8Scales scales = Int8Scales.ofPixels(preprocessing);
    for (int i = 0; i < pool; i++) {
      if (layers.get(i) instanceof Layer.Convolution conv) {
        ActivationRanges.Channels channels = ranges.channels().get(conv.name());
        Int8Scales output = Int8Scales.of(channels, conv.isDepthwise());
        Int8Weights quantised = Int8Weights.of(conv, weights, maps.get(i), scales, output);
        convolutions.add(new Weights(quantised.weight(), quantised.scale(), quantised.bias()));
        scales = output;
      }
    }
    Layer.Convolution last = (Layer.Convolution) network.layers().get(pool + 1);
    return new Int8Steps(layers, convolutions, classifier(last, weights, scales));
  }

  private static HostTensor[] classifier(
      Layer.Convolution conv, StateDict weights, Int8Scales input) {
    double[] weight = weights.get(conv.name() + ".weight").toDoubles();
    double[] bias = weights.get(conv.name() + ".bias").toDoubles();
    float[] scaled = new float[weight.length];
    float[] shifted = new float[bias.length];
    for (int o = 0; o < bias.length; o++) {
      double sum = bias[o];
      for (int c = 0; c < conv.in(); c++) {
        int index = o * conv.in() + c;
        scaled[index] = (float) (weight[index] * input.scale()[c]);
        sum += weight[index] * input.offset()[c];
      }
      shifted[o] = (float) sum;
    }
    return new HostTensor[] {
      HostTensor.of(scaled, conv.out(), conv.in(), 1, 1), HostTensor.of(shifted, conv.out())
    };
  }
}
