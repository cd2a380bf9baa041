package io.github.vanillanet.model.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of a convolution's kernel that meets pixels. On a map that is smaller than the kernel's
 * reach, the outer taps meet only the zero padding, for every position: a 7×7 kernel on a 2×2 map
 * has the same sums as its inner 3×3 taps. oneDNN has no fast depthwise kernel for such padding.
 *
 * @param rows of taps to drop at the top, and as many at the bottom
 * @param columns of taps to drop on the left, and as many on the right
 */
record TouchingTaps(Layer.Convolution conv, int rows, int columns) {

  static TouchingTaps of(Layer.Convolution conv, FeatureMap input) {
    FeatureMap output = input.after(conv);
    return new TouchingTaps(
        conv,
        untouched(conv, input.height(), output.height()),
        untouched(conv, input.width(), output.width()));
  }

  /** The taps of a net's convolutions, in their order. */
  static Map<Layer.Convolution, TouchingTaps> of(List<Layer> layers, FeatureMap image) {
    List<FeatureMap> inputs = FeatureMap.inputs(layers, image.height(), image.width());
    Map<Layer.Convolution, TouchingTaps> taps = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i) instanceof Layer.Convolution conv) {
        taps.put(conv, of(conv, inputs.get(i)));
      }
    }
    return taps;
  }

  /** Taps that no position moves onto the input, on each of the two sides. */
  private static int untouched(Layer.Convolution conv, int input, int output) {
    int lastStart = (output - 1) * conv.stride() - conv.padding();
    int before = Math.max(0, -lastStart);
    int after = Math.max(0, conv.kernel() - conv.padding() - input);
    return Math.min(before, after);
  }

  boolean dropsAny() {
    return rows > 0 || columns > 0;
  }

  int keptRows() {
    return conv.kernel() - 2 * rows;
  }

  int keptColumns() {
    return conv.kernel() - 2 * columns;
  }

  int topPadding() {
    return conv.padding() - rows;
  }

  int leftPadding() {
    return conv.padding() - columns;
  }

  /**
   * The TorchScript expression of the kept taps, contiguous.
   *
   * @param weight an expression of the whole kernel
   */
  String kept(String weight) {
    if (!dropsAny()) {
      return weight;
    }
    String inner = "torch.slice(torch.slice(%s, 2, %d, %d), 3, %d, %d)";
    return "torch.contiguous("
        + inner.formatted(weight, rows, rows + keptRows(), columns, columns + keptColumns())
        + ")";
  }
}
