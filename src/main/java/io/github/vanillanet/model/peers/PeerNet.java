package io.github.vanillanet.model.peers;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.SeededWeights;
import java.util.List;

/**
 * Networks of the VanillaNet paper's table 4, and AlexNet of its table 2, for 1000 classes. Batch
 * norms are folded into the convolutions, and the branches of RepVGG into one convolution.
 *
 * @see <a href="https://arxiv.org/abs/1404.5997">AlexNet</a>, <a
 *     href="https://arxiv.org/abs/1512.03385">ResNet</a>, <a
 *     href="https://arxiv.org/abs/2101.03697">RepVGG</a>
 */
public enum PeerNet {
  ALEXNET("AlexNet", 8, PeerLayers.alexNet()),
  RESNET_18("ResNet-18", 18, PeerLayers.resNet(false, 2, 2, 2, 2)),
  RESNET_34("ResNet-34", 34, PeerLayers.resNet(false, 3, 4, 6, 3)),
  RESNET_50("ResNet-50", 50, PeerLayers.resNet(true, 3, 4, 6, 3)),
  REPVGG_A0("RepVGG-A0", 23, PeerLayers.repVgg(0.75, 2.5, 2, 4, 14, 1)),
  REPVGG_A1("RepVGG-A1", 23, PeerLayers.repVgg(1, 2.5, 2, 4, 14, 1)),
  REPVGG_B0("RepVGG-B0", 29, PeerLayers.repVgg(1, 2.5, 4, 6, 16, 1)),
  REPVGG_B3("RepVGG-B3", 29, PeerLayers.repVgg(3, 5, 4, 6, 16, 1));

  /** Height and width of the input in pixels. */
  public static final int INPUT = 224;

  private static final long SEED = 5;

  private final String title;
  private final int depth;
  private final List<Layer> layers;

  PeerNet(String title, int depth, List<Layer> layers) {
    this.title = title;
    this.depth = depth;
    this.layers = layers;
  }

  /** The name in papers. */
  public String title() {
    return title;
  }

  /** Layers with weights on the longest path. */
  public int depth() {
    return depth;
  }

  List<Layer> layers() {
    return layers;
  }

  public Cost cost() {
    return Cost.of(layers, INPUT, INPUT);
  }

  /** Has the methods of a served artifact, so that all nets are timed in the same way. */
  public DeployedModule module(Arithmetic arithmetic) {
    return DeployedModule.of(
        layers, SeededWeights.of(layers, SEED), Preprocessing.official(INPUT, INPUT), arithmetic);
  }
}
