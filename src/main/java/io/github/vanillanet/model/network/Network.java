package io.github.vanillanet.model.network;

import java.util.ArrayList;
import java.util.List;

/**
 * The list of layers of one form of a net, in the order of execution. Everything that has to know
 * the net's structure reads this list: parameter names and counts, MACs, the TorchScript source,
 * the float64 reference.
 *
 * @see <a href="https://arxiv.org/abs/2305.12972">VanillaNet, sections 2 and 3</a>
 */
public record Network(Architecture architecture, Form form, List<Layer> layers) {

  private static final int IMAGE_CHANNELS = 3;
  private static final int STEM_KERNEL = 4;

  public Network {
    layers = List.copyOf(layers);
  }

  public static Network of(Architecture architecture, Form form) {
    Builder builder = new Builder(architecture);
    switch (form) {
      case TRAINING -> builder.training();
      case DEPLOYED -> builder.deployed();
    }
    return new Network(architecture, form, builder.layers);
  }

  /** Follows {@code models/vanillanet.py}: names and order are those of the official modules. */
  private static final class Builder {

    private final Architecture net;
    private final List<Layer> layers = new ArrayList<>();

    Builder(Architecture net) {
      this.net = net;
    }

    void training() {
      int width = net.dims().get(0);
      stem("stem1.0");
      batchNorm("stem1.1", width);
      layers.add(new Layer.SlopedRelu());
      pointwise("stem2.0", width, width);
      batchNorm("stem2.1", width);
      seriesActivation("stem2.2", width, Form.TRAINING);
      for (int block = 0; block < net.variant().strides().size(); block++) {
        String name = "stages." + block;
        int in = net.dims().get(block);
        int out = net.dims().get(block + 1);
        pointwise(name + ".conv1.0", in, in);
        batchNorm(name + ".conv1.1", in);
        layers.add(new Layer.SlopedRelu());
        pointwise(name + ".conv2.0", in, out);
        batchNorm(name + ".conv2.1", out);
        pool(block);
        seriesActivation(name + ".act", out, Form.TRAINING);
      }
      layers.add(new Layer.GlobalAveragePool());
      layers.add(new Layer.Dropout());
      pointwise("cls1.2", lastWidth(), net.classes());
      batchNorm("cls1.3", net.classes());
      layers.add(new Layer.SlopedRelu());
      pointwise("cls2.0", net.classes(), net.classes());
    }

    void deployed() {
      stem("stem.0");
      seriesActivation("stem.1", net.dims().get(0), Form.DEPLOYED);
      for (int block = 0; block < net.variant().strides().size(); block++) {
        String name = "stages." + block;
        int out = net.dims().get(block + 1);
        pointwise(name + ".conv", net.dims().get(block), out);
        pool(block);
        seriesActivation(name + ".act", out, Form.DEPLOYED);
      }
      layers.add(new Layer.GlobalAveragePool());
      pointwise("cls.2", lastWidth(), net.classes());
    }

    private int lastWidth() {
      return net.dims().get(net.dims().size() - 1);
    }

    private void stem(String name) {
      int stride = net.adaptive() ? 3 : 4;
      int padding = net.adaptive() ? 1 : 0;
      int out = net.dims().get(0);
      layers.add(
          new Layer.Convolution(name, IMAGE_CHANNELS, out, STEM_KERNEL, stride, padding, 1, true));
    }

    private void pointwise(String name, int in, int out) {
      layers.add(new Layer.Convolution(name, in, out, 1, 1, 0, 1, true));
    }

    private void batchNorm(String name, int channels) {
      layers.add(new Layer.BatchNorm(name, channels));
    }

    /** Strides are pooling: no convolution after the stem skips a pixel. */
    private void pool(int block) {
      int stride = net.variant().strides().get(block);
      if (stride != 1) {
        layers.add(
            net.adaptive()
                ? new Layer.AdaptiveMaxPool(net.variant().adaPool().get(block))
                : new Layer.MaxPool(stride));
      }
    }

    /** ReLU, then a learned depthwise kernel: its batch norm becomes a bias when deployed. */
    private void seriesActivation(String name, int channels, Form form) {
      int kernel = 2 * net.actNum() + 1;
      boolean deployed = form == Form.DEPLOYED;
      layers.add(new Layer.Relu());
      layers.add(
          new Layer.Convolution(
              name, channels, channels, kernel, 1, net.actNum(), channels, deployed));
      if (!deployed) {
        batchNorm(name + ".bn", channels);
      }
    }
  }
}
