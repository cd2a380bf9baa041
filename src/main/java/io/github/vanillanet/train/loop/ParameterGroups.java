package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import java.util.ArrayList;
import java.util.List;

/**
 * The trainable parameters in the order of the layers, with the weight decay and the share of the
 * learning rate of each. One-dimensional parameters and biases do not decay; the 7×7 kernels of the
 * activations do.
 *
 * @see <a href="https://github.com/huawei-noah/VanillaNet">optim_factory.py of the official
 *     code</a>
 */
public record ParameterGroups(List<Parameter> parameters) {

  /**
   * @param shape nobody writes it
   */
  public record Parameter(String name, long[] shape, double weightDecay, double rateScale) {}

  public ParameterGroups {
    parameters = List.copyOf(parameters);
  }

  public static ParameterGroups of(Network network, double weightDecay, double layerDecay) {
    int blocks = network.architecture().variant().strides().size();
    List<Parameter> parameters = new ArrayList<>();
    for (Layer layer : network.layers()) {
      if (layer instanceof Layer.Convolution conv) {
        double scale = scale(conv.name(), blocks, layerDecay);
        long[] shape = {conv.out(), conv.in() / conv.groups(), conv.kernel(), conv.kernel()};
        parameters.add(new Parameter(conv.name() + ".weight", shape, weightDecay, scale));
        if (conv.bias()) {
          parameters.add(new Parameter(conv.name() + ".bias", new long[] {conv.out()}, 0, scale));
        }
      } else if (layer instanceof Layer.BatchNorm norm) {
        double scale = scale(norm.name(), blocks, layerDecay);
        long[] shape = {norm.channels()};
        parameters.add(new Parameter(norm.name() + ".weight", shape, 0, scale));
        parameters.add(new Parameter(norm.name() + ".bias", shape, 0, scale));
      }
    }
    return new ParameterGroups(parameters);
  }

  /** decay^(blocks + 1 − id): the stem has id 0, block k has k + 1, the classifier blocks + 1. */
  private static double scale(String name, int blocks, double layerDecay) {
    int id = blocks + 1;
    if (name.startsWith("stem")) {
      id = 0;
    } else if (name.startsWith("stages.")) {
      id = Integer.parseInt(name.split("\\.")[1]) + 1;
    }
    return Math.pow(layerDecay, blocks + 1 - id);
  }
}
