package io.github.vanillanet.model.network;

import io.github.vanillanet.base.image.Preprocessing;
import java.util.List;
import java.util.Map;

/** The nets that {@link CompactModule} is for. */
final class CompactLayers {

  /** Measured: with more work, oneDNN's kernels are faster. */
  private static final long MOST_MACS = 36_000_000;

  private CompactLayers() {}

  /** Returns whether the net is small and has only layers that {@link CompactModule} can write. */
  static boolean suit(List<Layer> net, Preprocessing preprocessing) {
    int height = preprocessing.height();
    int width = preprocessing.width();
    if (Cost.of(net, height, width).macs() > MOST_MACS || !endsInClassifier(net)) {
      return false;
    }
    List<Layer> body = net.subList(0, net.size() - 2);
    Map<Layer.Convolution, TouchingTaps> taps = TouchingTaps.of(net, new FeatureMap(height, width));
    for (int i = 0; i < body.size(); i++) {
      Layer layer = body.get(i);
      boolean known =
          layer instanceof Layer.Convolution conv
              ? conv.bias() && (conv.groups() == 1 || splits(taps.get(conv)))
              : layer instanceof Layer.Relu
                  ? convolutionBefore(body, i)
                  : layer instanceof Layer.MaxPool;
      if (!known) {
        return false;
      }
    }
    return true;
  }

  private static boolean endsInClassifier(List<Layer> net) {
    return net.size() > 2
        && net.get(net.size() - 2) instanceof Layer.GlobalAveragePool
        && net.get(net.size() - 1) instanceof Layer.Convolution last
        && last.bias()
        && last.kernel() == 1
        && last.groups() == 1;
  }

  private static boolean splits(TouchingTaps kernel) {
    Layer.Convolution conv = kernel.conv();
    return conv.groups() == conv.in()
        && conv.in() == conv.out()
        && conv.stride() == 1
        && conv.kernel() == 2 * conv.padding() + 1
        && TapLattice.parts(kernel).stream().allMatch(TapLattice::isFast);
  }

  /** Whether the layer before, or the one before its pool, is a convolution. */
  private static boolean convolutionBefore(List<Layer> net, int relu) {
    int before = relu - 1;
    if (before > 0 && net.get(before) instanceof Layer.MaxPool) {
      before--;
    }
    return before >= 0 && net.get(before) instanceof Layer.Convolution;
  }
}
