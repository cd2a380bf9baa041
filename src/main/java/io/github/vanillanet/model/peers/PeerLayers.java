package io.github.vanillanet.model.peers;

import io.github.vanillanet.model.network.Layer;
import java.util.ArrayList;
import java.util.List;

/** Builds the layers of other networks. A linear layer is a convolution that covers its map. */
final class PeerLayers {

  private static final int CLASSES = 1000;

  private final List<Layer> layers = new ArrayList<>();
  private int channels = 3;

  private PeerLayers() {}

  /** As in torchvision: one column. */
  static List<Layer> alexNet() {
    PeerLayers net = new PeerLayers();
    net.convolution(64, 11, 4, 2).relu().pool(0);
    net.convolution(192, 5, 1, 2).relu().pool(0);
    net.convolution(384, 3, 1, 1).relu();
    net.convolution(256, 3, 1, 1).relu();
    net.convolution(256, 3, 1, 1).relu().pool(0);
    net.convolution(4096, 6, 1, 0).relu();
    net.convolution(4096, 1, 1, 0).relu();
    return net.convolution(CLASSES, 1, 1, 0).layers;
  }

  /**
   * @param bottleneck whether a block has three convolutions, 1×1, 3×3 and 1×1; else two of 3×3
   * @param blocks of each stage
   */
  static List<Layer> resNet(boolean bottleneck, int... blocks) {
    PeerLayers net = new PeerLayers();
    net.convolution(64, 7, 2, 3).relu().pool(1);
    int width = 64;
    for (int stage = 0; stage < blocks.length; stage++) {
      for (int block = 0; block < blocks[stage]; block++) {
        net.residual(bottleneck, width, stage > 0 && block == 0 ? 2 : 1);
      }
      width *= 2;
    }
    return net.classified();
  }

  /**
   * The deployed form.
   *
   * @param a factor of the widths of the first three stages
   * @param b factor of the width of the last stage
   * @param blocks of each stage
   */
  static List<Layer> repVgg(double a, double b, int... blocks) {
    PeerLayers net = new PeerLayers();
    net.convolution((int) Math.min(64, 64 * a), 3, 2, 1).relu();
    int width = 64;
    for (int stage = 0; stage < blocks.length; stage++) {
      double factor = stage < blocks.length - 1 ? a : b;
      for (int block = 0; block < blocks[stage]; block++) {
        net.convolution((int) (width * factor), 3, block == 0 ? 2 : 1, 1).relu();
      }
      width *= 2;
    }
    return net.classified();
  }

  private void residual(boolean bottleneck, int width, int stride) {
    int in = channels;
    layers.add(new Layer.Branch());
    if (bottleneck) {
      convolution(width, 1, 1, 0).relu();
      convolution(width, 3, stride, 1).relu();
      convolution(4 * width, 1, 1, 0);
    } else {
      convolution(width, 3, stride, 1).relu();
      convolution(width, 3, 1, 1);
    }
    int out = channels;
    if (in != out || stride > 1) {
      layers.add(new Layer.Swap());
      channels = in;
      convolution(out, 1, stride, 0);
    }
    layers.add(new Layer.Join());
    relu();
  }

  private List<Layer> classified() {
    layers.add(new Layer.GlobalAveragePool());
    return convolution(CLASSES, 1, 1, 0).layers;
  }

  private PeerLayers convolution(int out, int kernel, int stride, int padding) {
    String name = "convolution" + layers.size();
    layers.add(new Layer.Convolution(name, channels, out, kernel, stride, padding, 1, true));
    channels = out;
    return this;
  }

  private PeerLayers relu() {
    layers.add(new Layer.Relu());
    return this;
  }

  private void pool(int padding) {
    layers.add(new Layer.OverlappingMaxPool(3, 2, padding));
  }
}
