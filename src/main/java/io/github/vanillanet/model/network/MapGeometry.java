package io.github.vanillanet.model.network;

import java.util.List;

/**
 * The last maps of a net: the input of its global average pool.
 *
 * @param input height and width of the net's input
 * @param channels as many as the classifier has inputs
 * @param size rows and columns of each map
 * @param cell pixels of the input that one position stands for: the input's size divided by the
 *     map's, rounded down
 * @param receptiveField pixels of the input that can change one position, without the border of the
 *     input
 */
public record MapGeometry(
    FeatureMap input, int channels, FeatureMap size, FeatureMap cell, FeatureMap receptiveField) {

  public static MapGeometry of(Architecture architecture) {
    List<Layer> layers = Network.of(architecture, Form.DEPLOYED).layers();
    FeatureMap image = new FeatureMap(architecture.inputHeight(), architecture.inputWidth());
    List<FeatureMap> inputs = FeatureMap.inputs(layers, image.height(), image.width());
    int pool = layers.indexOf(new Layer.GlobalAveragePool());
    FeatureMap map = inputs.get(pool);
    List<Layer> body = layers.subList(0, pool);
    return new MapGeometry(
        image,
        architecture.width(architecture.blocks()),
        map,
        new FeatureMap(image.height() / map.height(), image.width() / map.width()),
        new FeatureMap(
            reach(body, inputs.stream().map(FeatureMap::height).toList(), map.height() / 2),
            reach(body, inputs.stream().map(FeatureMap::width).toList(), map.width() / 2)));
  }

  /** The number of values in the maps of one image. */
  public int values() {
    return channels * size.height() * size.width();
  }

  /**
   * The length of the range of input pixels that one position depends on, along one axis.
   *
   * @param sizes of the input of each layer
   */
  private static int reach(List<Layer> layers, List<Integer> sizes, int position) {
    int first = position;
    int last = position;
    for (int i = layers.size() - 1; i >= 0; i--) {
      if (layers.get(i) instanceof Layer.Convolution conv) {
        first = first * conv.stride() - conv.padding();
        last = last * conv.stride() - conv.padding() + conv.kernel() - 1;
      } else if (layers.get(i) instanceof Layer.MaxPool pool) {
        first = first * pool.size();
        last = last * pool.size() + pool.size() - 1;
      } else if (layers.get(i) instanceof Layer.AdaptiveMaxPool pool) {
        first = Math.floorDiv(first * sizes.get(i), pool.size());
        last = -Math.floorDiv(-(last + 1) * sizes.get(i), pool.size()) - 1;
      }
    }
    return last - first + 1;
  }
}
