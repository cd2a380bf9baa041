package io.github.vanillanet.model.network;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScriptObject;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The served artifact: a TorchScript module with these methods.
 *
 * <ul>
 *   <li>{@code forward(images)}: uint8 [n, h, w, 3] → float32 logits [n, classes]
 *   <li>{@code forward_normalised(x)}: float32 [n, 3, h, w] → the same logits
 *   <li>{@code forward_maps(images)}: as {@code forward}, and the last maps: the input of the
 *       global average pool, float32 [n, channels, rows, columns]
 *   <li>{@code forward_maps_normalised(x)}: as {@code forward_normalised}, and the last maps
 *   <li>{@code prepare()}: on a CPU, repacks all weights for oneDNN and releases the originals.
 *       Drops the taps that meet no pixel of an image of the preprocessing's size; later images
 *       must have this size. Called once, before the first forward
 * </ul>
 *
 * <p>In a reduced precision the weights are rounded to it. Pixels are normalised in float32,
 * activations are cast before the first layer. The global pool and the classifier compute in
 * float32, so that a logit is the mean of its class's map. Activations are channels-last, as tensor
 * cores need them. {@code prepare()} throws on a CPU that lacks the precision.
 *
 * <p>Serialised TorchScript calls operators by their ATen names and writes dtypes as integers.
 */
public record DeployedModule(String source, ScriptObject root) {

  /**
   * @param network in the deployed form
   * @param weights floating, named as in {@link ParameterTable}; rounded to the precision
   * @param preprocessing gives mean and standard deviation of each channel
   */
  public static DeployedModule of(
      Network network, StateDict weights, Preprocessing preprocessing, Arithmetic arithmetic) {
    if (network.form() != Form.DEPLOYED) {
      throw new IllegalArgumentException("expected the deployed form");
    }
    return of(network.layers(), weights, preprocessing, arithmetic);
  }

  /** Any net of layers that have no batch norms, with the same methods. */
  public static DeployedModule of(
      List<Layer> layers, StateDict weights, Preprocessing preprocessing, Arithmetic arithmetic) {
    return of(layers, weights, preprocessing, arithmetic, "");
  }

  /**
   * @param further source of further methods
   */
  static DeployedModule of(
      List<Layer> layers,
      StateDict weights,
      Preprocessing preprocessing,
      Arithmetic arithmetic,
      String further) {
    ModuleTree tree = new ModuleTree(LayerSource.CLASS);
    Set<String> head = parameters(layers.subList(lastMaps(layers), layers.size()));
    weights
        .tensors()
        .forEach(
            (name, tensor) ->
                tree.add(
                    name,
                    tensor.to(
                        head.contains(name)
                            ? Precision.FLOAT32.storage()
                            : arithmetic.precision().storage())));
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("prepared", false);
    attributes.put("mean", perChannel(preprocessing.mean()));
    attributes.put("std", perChannel(preprocessing.std()));
    String declared = "  prepared : bool\n  mean : Tensor\n  std : Tensor\n";
    String source =
        tree.childClasses()
            + tree.declaration(
                declared, methods(layers, size(preprocessing), arithmetic) + further);
    return new DeployedModule(source, tree.instance(attributes));
  }

  /**
   * The module of the deployed net for a CPU and the preprocessing's size of images, in float32.
   *
   * @param weights floating, named as in {@link ParameterTable}
   */
  public static DeployedModule onCpu(
      Network network, StateDict weights, Preprocessing preprocessing) {
    return CompactLayers.suit(network.layers(), preprocessing)
        ? CompactModule.of(network.layers(), weights, preprocessing)
        : of(network, weights, preprocessing, Arithmetic.PUBLISHED);
  }

  /** Returns whether {@link #onCpu} is faster than a module of an earlier release. */
  public static boolean gainsOnCpu(Architecture architecture, Preprocessing preprocessing) {
    List<Layer> layers = Network.of(architecture, Form.DEPLOYED).layers();
    return CompactLayers.suit(layers, preprocessing)
        || TouchingTaps.of(layers, size(preprocessing)).values().stream()
            .anyMatch(TouchingTaps::dropsAny);
  }

  static FeatureMap size(Preprocessing preprocessing) {
    return new FeatureMap(preprocessing.height(), preprocessing.width());
  }

  public void write(Path file) throws IOException {
    TorchArchive.writeModule(file, source, root);
  }

  static HostTensor perChannel(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return HostTensor.of(floats, 1, floats.length, 1, 1);
  }

  private static String methods(List<Layer> net, FeatureMap image, Arithmetic arithmetic) {
    Precision precision = arithmetic.precision();
    int float32 = LayerSource.dtype(Precision.FLOAT32);
    boolean reduced = precision != Precision.FLOAT32;
    String pixels = "torch.permute(images, [0, 3, 1, 2])"; // a channels-last view
    String inside = "torch.to(x, %d)".formatted(LayerSource.dtype(precision));
    String channelsLast =
        "torch.contiguous(%s, memory_format=%d)".formatted(inside, LayerSource.CHANNELS_LAST);
    int split = lastMaps(net);
    Map<Layer.Convolution, TouchingTaps> taps = TouchingTaps.of(net, image);
    Function<Layer.Convolution, String> plain = conv -> LayerSource.plainGeometry(conv, arithmetic);
    Function<Layer.Convolution, String> repacked =
        conv -> LayerSource.repackedGeometry(taps.get(conv));
    List<Layer> body = net.subList(0, split);
    List<Layer> head = net.subList(split, net.size());
    return """
      def forward(%1$s, images: Tensor) -> Tensor:
        return (self).forward_normalised((self).normalised(images))
      def forward_maps(%1$s, images: Tensor) -> Tuple[Tensor, Tensor]:
        return (self).forward_maps_normalised((self).normalised(images))
    %3$s  def forward_normalised(%1$s, x: Tensor) -> Tensor:
        if self.prepared:
          y = (self).repacked_head((self).repacked_maps(x))
        else:
          y = (self).plain_head((self).plain_maps(x))
        return y
      def forward_maps_normalised(%1$s, x: Tensor) -> Tuple[Tensor, Tensor]:
        if self.prepared:
          blocked = (self).repacked_maps(x)
          y = (self).repacked_head(blocked)
          maps = torch.to_dense(blocked)
        else:
          maps = (self).plain_maps(x)
          y = (self).plain_head(maps)
        return (y, torch.contiguous(torch.to(maps, %2$d)))
      def plain_maps(%1$s, x: Tensor) -> Tensor:
    %4$s%5$s    return x
      def plain_head(%1$s, x: Tensor) -> Tensor:
    %7$s%6$s    return torch.flatten(x, 1)
      def repacked_maps(%1$s, x: Tensor) -> Tensor:
        x0 = torch.to_mkldnn(%8$s)
    %9$s    return x0
      def repacked_head(%1$s, x0: Tensor) -> Tensor:
    %11$s%10$s    x0 = torch.to_dense(x0)
        return torch.flatten(x0, 1)
      def prepare(%1$s) -> NoneType:
    %12$s    self.prepared = True
        return None
    """
        .formatted(
            LayerSource.SELF,
            float32,
            LayerSource.normalisation(reduced ? pixels : "torch.contiguous(" + pixels + ")"),
            reduced ? "    x = " + channelsLast + "\n" : "",
            LayerSource.layers(body, false, plain),
            LayerSource.layers(head, false, plain),
            reduced ? "    x = torch.to(x, %d)\n".formatted(float32) : "",
            reduced ? inside : "x",
            LayerSource.layers(body, true, repacked),
            LayerSource.layers(head, true, repacked),
            reduced
                ? "    x0 = torch.to_mkldnn(torch.to(torch.to_dense(x0), %d))\n".formatted(float32)
                : "",
            LayerSource.repacking(taps.values()));
  }

  /** The layer whose input the last maps are: the global pool, or else the last layer. */
  private static int lastMaps(List<Layer> net) {
    int pool = net.indexOf(new Layer.GlobalAveragePool());
    return pool < 0 ? net.size() - 1 : pool;
  }

  private static Set<String> parameters(List<Layer> layers) {
    return layers.stream()
        .filter(Layer.Convolution.class::isInstance)
        .map(layer -> ((Layer.Convolution) layer).name())
        .flatMap(name -> Stream.of(name + ".weight", name + ".bias"))
        .collect(Collectors.toSet());
  }
}
