package io.github.vanillanet.model.network;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A float32 artifact that also measures activations. Besides the methods of {@link DeployedModule}
 * it has {@code activations(images)}: uint8 [n, h, w, 3] → float32 [3, channels], the smallest, the
 * largest and the mean activation of each channel. The channels are those of all convolutions
 * before the global average pool, in their order.
 */
public final class CalibrationModule {

  private CalibrationModule() {}

  /** Parameters are those of {@link DeployedModule#of}. */
  public static DeployedModule of(Network network, StateDict weights, Preprocessing preprocessing) {
    List<Layer> layers = network.layers();
    Map<Layer.Convolution, TouchingTaps> taps =
        TouchingTaps.of(layers, DeployedModule.size(preprocessing));
    StringBuilder body = new StringBuilder();
    for (List<Layer> segment : segments(layers)) {
      body.append(
          LayerSource.layers(segment, true, conv -> LayerSource.repackedGeometry(taps.get(conv))));
      LayerSource.line(body, "x = torch.to_dense(x0)");
      LayerSource.line(
          body,
          "_0 = torch.append(measured, torch.stack([torch.amin(x, [0, 2, 3], False),"
              + " torch.amax(x, [0, 2, 3], False), torch.mean(x, [0, 2, 3], False)], 0))");
    }
    String method =
        """
          def activations(%s, images: Tensor) -> Tensor:
            measured = annotate(List[Tensor], [])
            x0 = torch.to_mkldnn((self).normalised(images))
        %s    return torch.cat(measured, 1)
        """
            .formatted(LayerSource.SELF, body);
    return DeployedModule.of(layers, weights, preprocessing, Arithmetic.PUBLISHED, method);
  }

  /**
   * Collects measurements into ranges.
   *
   * @param lowest one value per channel of {@code activations}
   */
  public static ActivationRanges ranges(
      Network network, float[] lowest, float[] highest, float[] mean) {
    Map<String, ActivationRanges.Channels> channels = new LinkedHashMap<>();
    int from = 0;
    for (List<Layer> segment : segments(network.layers())) {
      Layer.Convolution conv = (Layer.Convolution) segment.get(0);
      int to = from + conv.out();
      channels.put(
          conv.name(),
          new ActivationRanges.Channels(
              part(lowest, from, to), part(highest, from, to), part(mean, from, to)));
      from = to;
    }
    return new ActivationRanges(channels);
  }

  private static List<Float> part(float[] values, int from, int to) {
    List<Float> part = new ArrayList<>();
    for (int i = from; i < to; i++) {
      part.add(values[i]);
    }
    return part;
  }

  /** Each convolution with the pool and the ReLU behind it. */
  private static List<List<Layer>> segments(List<Layer> layers) {
    List<List<Layer>> segments = new ArrayList<>();
    for (Layer layer : layers.subList(0, layers.indexOf(new Layer.GlobalAveragePool()))) {
      if (layer instanceof Layer.Convolution) {
        segments.add(new ArrayList<>());
      }
      segments.get(segments.size() - 1).add(layer);
    }
    return segments;
  }
}
