package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import java.util.ArrayList;
import java.util.List;

/**
 * Names of a training net's tensors, each list in the order of the layers.
 *
 * @param parameters what the optimizer moves
 * @param statistics running mean and variance of each batch norm, in turns
 * @param counters {@code num_batches_tracked}, int64 scalars
 * @param all as in the official state dict
 */
record StateNames(
    List<String> parameters, List<String> statistics, List<String> counters, List<String> all) {

  static StateNames of(Network network) {
    List<String> parameters = new ArrayList<>();
    List<String> statistics = new ArrayList<>();
    List<String> counters = new ArrayList<>();
    List<String> all = new ArrayList<>();
    for (Layer layer : network.layers()) {
      if (layer instanceof Layer.Convolution conv) {
        add(parameters, all, conv.name() + ".weight");
        if (conv.bias()) {
          add(parameters, all, conv.name() + ".bias");
        }
      } else if (layer instanceof Layer.BatchNorm norm) {
        add(parameters, all, norm.name() + ".weight");
        add(parameters, all, norm.name() + ".bias");
        add(statistics, all, norm.name() + ".running_mean");
        add(statistics, all, norm.name() + ".running_var");
        add(counters, all, norm.name() + ".num_batches_tracked");
      }
    }
    return new StateNames(
        List.copyOf(parameters), List.copyOf(statistics), List.copyOf(counters), List.copyOf(all));
  }

  private static void add(List<String> kind, List<String> all, String name) {
    kind.add(name);
    all.add(name);
  }
}
