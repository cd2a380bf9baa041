package io.github.vanillanet.model.network;

/**
 * A first convolution whose k×k patches do not overlap. Three colours are few for a convolution of
 * channels-last pixels. So each row of a patch is one pixel with 3·k channels, without a copy:
 * [height, width, 3] is [height, width/k, k·3] in memory. The kernel has k×1 taps. The order of the
 * products is the same.
 */
record PatchStem(Layer.Convolution conv, FeatureMap image) {

  static boolean suits(Layer.Convolution conv, FeatureMap image) {
    int side = conv.kernel();
    return conv.stride() == side
        && conv.padding() == 0
        && conv.groups() == 1
        && conv.bias()
        && image.width() % side == 0;
  }

  /**
   * @param x expression of [n, height, width, colours], contiguous
   * @return expression of [n, k·colours, height, width/k], channels-last
   */
  String rows(String x) {
    int columns = image.width() / conv.kernel();
    return "torch.permute(torch.reshape(%s, [-1, %d, %d, %d]), [0, 3, 1, 2])"
        .formatted(x, image.height(), columns, conv.kernel() * conv.in());
  }

  /**
   * @param weight expression of [out, colours, k, k]
   * @return expression of [out, k·colours, k, 1]
   */
  String weight(String weight) {
    return "torch.reshape(torch.permute(%s, [0, 3, 1, 2]), [%d, %d, %d, 1])"
        .formatted(weight, conv.out(), conv.kernel() * conv.in(), conv.kernel());
  }

  /** Stride, padding and dilation. */
  String geometry() {
    return "[%d, 1], [0, 0], [1, 1]".formatted(conv.kernel());
  }
}
