package io.github.vanillanet.model.network;

import java.util.ArrayList;
import java.util.List;

/**
 * A VanillaNet as the list of its layers, in the order of execution. Parameter names, costs, the
 * TorchScript source and the float64 reference are all derived from this list. Layers have the
 * names of the official {@code models/vanillanet.py}.
 *
 * <p>d₀ … dₙ are the widths, sᵢ the strides, k = 2·act_num + 1. A series activation is a ReLU and a
 * depthwise k×k convolution.
 *
 * <pre>
 *             training form                     deployed form       output
 * image                                                             [3, H, W]
 * stem        conv 4×4/4, BN, LeakyReLU,
 *             conv 1×1, BN,                     conv 4×4/4,         [d₀, H/4, W/4]
 *             ReLU, depthwise k×k, BN           ReLU, depthwise     [d₀, H/4, W/4]
 * block i     conv 1×1, BN, LeakyReLU,                              [dᵢ, h, w]
 *             conv 1×1, BN,                     conv 1×1,           [dᵢ₊₁, h, w]
 *             max pool sᵢ,                      max pool sᵢ,        [dᵢ₊₁, h/sᵢ, w/sᵢ]
 *             ReLU, depthwise k×k, BN           ReLU, depthwise     [dᵢ₊₁, h/sᵢ, w/sᵢ]
 * classifier  average pool, dropout,            average pool,       [dₙ, 1, 1]
 *             conv 1×1, BN, LeakyReLU,                              [classes, 1, 1]
 *             conv 1×1                          conv 1×1            [classes, 1, 1]
 * </pre>
 *
 * <p>The single form has the layers of the deployed form and the names of the training form: each
 * convolution is the first of its pair, followed by its batch norm.
 *
 * @see <a href="https://arxiv.org/abs/2305.12972">VanillaNet, sections 2 and 3</a>
 */
public record Network(Architecture architecture, Form form, List<Layer> layers) {

  public Network {
    layers = List.copyOf(layers);
  }

  public static Network of(Architecture architecture, Form form) {
    return of(architecture, form, Shortcut.NONE);
  }

  /** A net with shortcuts, for experiments. */
  public static Network of(Architecture architecture, Form form, Shortcut shortcut) {
    Builder builder = new Builder(architecture, form, shortcut, new ArrayList<>());
    builder.stem();
    for (int block = 0; block < architecture.blocks(); block++) {
      builder.block(block);
    }
    builder.classifier();
    return new Network(architecture, form, builder.layers);
  }

  private record Builder(Architecture net, Form form, Shortcut shortcut, List<Layer> layers) {

    void stem() {
      int width = net.width(0);
      if (form == Form.DEPLOYED) {
        patches("stem.0", width);
        seriesActivation("stem.1", width);
        return;
      }
      patches("stem1.0", width);
      batchNorm("stem1.1", width);
      if (form == Form.TRAINING) {
        layers.add(new Layer.SlopedRelu());
        pointwise("stem2.0", width, width);
        batchNorm("stem2.1", width);
      }
      seriesActivation("stem2.2", width);
    }

    void block(int index) {
      String name = "stages." + index;
      int in = net.width(index);
      int out = net.width(index + 1);
      if (shortcut != Shortcut.NONE) {
        layers.add(new Layer.Branch());
      }
      switch (form) {
        case TRAINING -> {
          pointwise(name + ".conv1.0", in, in);
          batchNorm(name + ".conv1.1", in);
          layers.add(new Layer.SlopedRelu());
          pointwise(name + ".conv2.0", in, out);
          batchNorm(name + ".conv2.1", out);
        }
        case SINGLE -> {
          pointwise(name + ".conv1.0", in, out);
          batchNorm(name + ".conv1.1", out);
        }
        case DEPLOYED -> pointwise(name + ".conv", in, out);
      }
      pool(index);
      join(Shortcut.BEFORE, index);
      seriesActivation(name + ".act", out);
      join(Shortcut.AFTER, index);
    }

    /** Ends the block's shortcut, if this is its place. */
    private void join(Shortcut place, int index) {
      if (place == shortcut) {
        layers.add(new Layer.Swap());
        pool(index);
        layers.add(new Layer.MoreChannels(net.width(index), net.width(index + 1)));
        layers.add(new Layer.Join());
      }
    }

    void classifier() {
      int in = net.width(net.blocks());
      int classes = net.classes();
      layers.add(new Layer.GlobalAveragePool());
      if (form == Form.DEPLOYED) {
        pointwise("cls.2", in, classes);
        return;
      }
      layers.add(new Layer.Dropout());
      pointwise("cls1.2", in, classes);
      if (form == Form.TRAINING) {
        batchNorm("cls1.3", classes);
        layers.add(new Layer.SlopedRelu());
        pointwise("cls2.0", classes, classes);
      }
    }

    /** The stem's convolution. The adaptive variant's patches overlap by one pixel. */
    private void patches(String name, int width) {
      int stride = net.adaptive() ? 3 : 4;
      int padding = net.adaptive() ? 1 : 0;
      layers.add(new Layer.Convolution(name, 3, width, 4, stride, padding, 1, true));
    }

    private void pointwise(String name, int in, int out) {
      layers.add(new Layer.Convolution(name, in, out, 1, 1, 0, 1, true));
    }

    private void batchNorm(String name, int channels) {
      layers.add(new Layer.BatchNorm(name, channels));
    }

    private void pool(int block) {
      int stride = net.variant().strides().get(block);
      if (stride > 1) {
        layers.add(
            net.adaptive()
                ? new Layer.AdaptiveMaxPool(net.variant().adaPool().get(block))
                : new Layer.MaxPool(stride));
      }
    }

    private void seriesActivation(String name, int channels) {
      int padding = net.actNum();
      int kernel = 2 * padding + 1;
      layers.add(new Layer.Relu());
      boolean normalised = form != Form.DEPLOYED;
      layers.add(
          new Layer.Convolution(
              name, channels, channels, kernel, 1, padding, channels, !normalised));
      if (normalised) {
        batchNorm(name + ".bn", channels);
      }
    }
  }
}
