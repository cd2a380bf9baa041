package io.github.vanillanet.model.network;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import java.util.ArrayList;
import java.util.List;

/** Height and width of the features between two layers. */
public record FeatureMap(int height, int width) {

  /**
   * The input size of each layer, in order, for an image of this size.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if no pixel is left
   */
  public static List<FeatureMap> inputs(List<Layer> layers, int height, int width) {
    List<FeatureMap> inputs = new ArrayList<>();
    FeatureMap map = new FeatureMap(height, width);
    FeatureMap kept = map;
    for (Layer layer : layers) {
      inputs.add(map);
      FeatureMap next = layer instanceof Layer.Swap ? kept : map.after(layer);
      if (layer instanceof Layer.Branch || layer instanceof Layer.Swap) {
        kept = map;
      }
      map = next;
    }
    return inputs;
  }

  /**
   * The output size of {@code layer} for an input of this size.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if no pixel is left
   */
  public FeatureMap after(Layer layer) {
    if (layer instanceof Layer.Convolution conv) {
      return new FeatureMap(convolved(height, conv), convolved(width, conv)).requirePixels();
    }
    if (layer instanceof Layer.MaxPool pool) {
      return new FeatureMap(height / pool.size(), width / pool.size()).requirePixels();
    }
    if (layer instanceof Layer.OverlappingMaxPool pool) {
      return new FeatureMap(pooled(height, pool), pooled(width, pool)).requirePixels();
    }
    if (layer instanceof Layer.AdaptiveMaxPool pool) {
      return new FeatureMap(pool.size(), pool.size());
    }
    return layer instanceof Layer.GlobalAveragePool ? new FeatureMap(1, 1) : this;
  }

  private static int convolved(int size, Layer.Convolution conv) {
    return Math.floorDiv(size + 2 * conv.padding() - conv.kernel(), conv.stride()) + 1;
  }

  private static int pooled(int size, Layer.OverlappingMaxPool pool) {
    return Math.floorDiv(size + 2 * pool.padding() - pool.size(), pool.stride()) + 1;
  }

  private FeatureMap requirePixels() {
    if (height < 1 || width < 1) {
      throw BAD_CONFIGURATION.error(
          "the input size is too small for this variant: its layers leave no pixel; choose a larger"
              + " one");
    }
    return this;
  }
}
