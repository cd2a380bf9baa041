package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Weight decay and learning rate of each parameter. One-dimensional parameters and biases have no
 * decay; the 7×7 kernels of the activations do.
 *
 * @see <a href="https://github.com/huawei-noah/VanillaNet">get_parameter_groups in the official
 *     optim_factory.py</a>
 */
final class ParameterGroups {

  /**
   * @param shape never written
   * @param rateScale factor of the learning rate
   */
  record Parameter(String name, long[] shape, double weightDecay, double rateScale) {}

  private ParameterGroups() {}

  static List<Parameter> of(Network network, double weightDecay, double layerDecay) {
    int blocks = network.architecture().variant().strides().size();
    Map<String, long[]> shapes = ParameterTable.of(network).shapes();
    List<Parameter> parameters = new ArrayList<>();
    for (String name : StateNames.of(network).parameters()) {
      long[] shape = shapes.get(name);
      boolean decays = shape.length > 1 && !name.endsWith(".bias");
      double scale = Math.pow(layerDecay, blocks + 1 - layerId(name, blocks));
      parameters.add(new Parameter(name, shape, decays ? weightDecay : 0, scale));
    }
    return parameters;
  }

  /** The stem has id 0, block k has k + 1, the classifier has blocks + 1. */
  private static int layerId(String name, int blocks) {
    if (name.startsWith("stem")) {
      return 0;
    }
    return name.startsWith("stages.") ? Integer.parseInt(name.split("\\.")[1]) + 1 : blocks + 1;
  }
}
