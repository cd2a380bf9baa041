package io.github.vanillanet.model.network;

import java.util.List;

/**
 * The cost of one form of a net, computed from its layers.
 *
 * @param parameters learned numbers
 * @param buffers running statistics and their counters
 * @param macs multiply-accumulates of all convolutions for one image; the paper's table calls them
 *     FLOPs
 */
public record Cost(long parameters, long buffers, long macs) {

  /**
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_CONFIGURATION} if the input
   *     size is too small for the net
   */
  public static Cost of(Network network) {
    Architecture net = network.architecture();
    return of(network.layers(), net.inputHeight(), net.inputWidth());
  }

  /** The cost of any net of these layers. */
  public static Cost of(List<Layer> layers, int height, int width) {
    long parameters = 0;
    long buffers = 0;
    long macs = 0;
    List<FeatureMap> inputs = FeatureMap.inputs(layers, height, width);
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      if (layer instanceof Layer.Convolution conv) {
        FeatureMap map = inputs.get(i).after(conv);
        long weight =
            (long) conv.out() * (conv.in() / conv.groups()) * conv.kernel() * conv.kernel();
        parameters += weight + (conv.bias() ? conv.out() : 0);
        macs += weight * map.height() * map.width();
      } else if (layer instanceof Layer.BatchNorm norm) {
        parameters += 2L * norm.channels();
        buffers += 2L * norm.channels() + 1;
      }
    }
    return new Cost(parameters, buffers, macs);
  }
}
