package io.github.vanillanet.model.network;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The int8 artifact for CPUs, with the methods of {@link DeployedModule}. {@code prepare()} must be
 * called before a forward.
 *
 * <p>All convolutions before the global average pool take and return 8-bit activations, as plain
 * uint8 tensors in channels-last order. The last one returns float32: the last maps, the pool and
 * the classifier stay float32. A ReLU needs no operation, because negative results saturate at 0.
 *
 * <p>Pixels are 8-bit already. A stem whose patches do not overlap takes them as they are:
 * normalisation is part of its weights, and a patch is one vector of a 1×1 convolution. For
 * normalised input, and for patches that overlap, the stem computes in float32.
 */
public final class Int8Module {

  private static final int UINT8 = 0; // c10::ScalarType
  private static final int FLOAT32 = 6;
  private static final String EXACT_STEM = "exact_stem";

  private final Network network;
  private final StateDict weights;
  private final ModuleTree tree = new ModuleTree(LayerSource.CLASS);
  private final StringBuilder prepare = new StringBuilder();
  private int prepared;

  private Int8Module(Network network, StateDict weights) {
    this.network = network;
    this.weights = weights;
  }

  /**
   * @param network in the deployed form, without shortcuts
   * @param weights floating, named as in {@link ParameterTable}
   * @param preprocessing gives mean and standard deviation of each channel, and the size of all
   *     later images
   */
  public static DeployedModule of(
      Network network, StateDict weights, Preprocessing preprocessing, ActivationRanges ranges) {
    return new Int8Module(network, weights).module(preprocessing, ranges);
  }

  private DeployedModule module(Preprocessing preprocessing, ActivationRanges ranges) {
    List<Layer> layers = network.layers();
    int pool = layers.indexOf(new Layer.GlobalAveragePool());
    FeatureMap image = DeployedModule.size(preprocessing);
    List<FeatureMap> maps = FeatureMap.inputs(layers, image.height(), image.width());
    Layer.Convolution stem = (Layer.Convolution) layers.get(0);
    Int8Scales scales = scales(stem, ranges);
    String ofImages =
        stem.kernel() == stem.stride() && stem.padding() == 0
            ? patches(stem, image, Int8Scales.ofPixels(preprocessing), scales)
            : "    x = (self).exact_stem_of((self).normalised(images))\n";
    Int8Weights.exact(stem, weights, scales, EXACT_STEM).forEach(tree::add);
    StringBuilder trunk = new StringBuilder();
    for (int i = 1; i < pool; i++) {
      FeatureMap map = maps.get(i);
      if (layers.get(i) instanceof Layer.Convolution conv) {
        boolean last = i == pool - 1;
        Int8Scales output = last ? Int8Scales.none(conv.out()) : scales(conv, ranges);
        Int8Weights quantised = Int8Weights.of(conv, weights, map, scales, output);
        trunk.append(convolution(TouchingTaps.of(conv, map), map, quantised, last));
        scales = output;
      } else if (layers.get(i) instanceof Layer.MaxPool max) {
        trunk.append(maxPool(max.size(), map.after(max)));
      } else if (layers.get(i) instanceof Layer.AdaptiveMaxPool max) { // has no 8-bit kernel
        LayerSource.line(
            trunk,
            "x1, _0 = torch.adaptive_max_pool2d(torch.to(x, %1$d), [%2$d, %2$d])",
            FLOAT32,
            max.size());
        LayerSource.line(trunk, "x = %s", eightBit("x1"));
      } else if (!(layers.get(i) instanceof Layer.Relu)) {
        throw new IllegalArgumentException("no int8 form: " + layers.get(i));
      }
    }
    String head = head((Layer.Convolution) layers.get(pool + 1));
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("mean", DeployedModule.perChannel(preprocessing.mean()));
    attributes.put("std", DeployedModule.perChannel(preprocessing.std()));
    attributes.put(
        "zero", HostTensor.build(ScalarType.INT64, new long[] {1}, bytes -> bytes.putLong(0)));
    String methods = methods(stem, ofImages, trunk.toString(), head);
    String declared = "  mean : Tensor\n  std : Tensor\n  zero : Tensor\n";
    String source = tree.childClasses() + tree.declaration(declared, methods);
    return new DeployedModule(source, tree.instance(attributes));
  }

  private static Int8Scales scales(Layer.Convolution conv, ActivationRanges ranges) {
    ActivationRanges.Channels channels = ranges.channels().get(conv.name());
    if (channels == null || channels.mean().size() != conv.out()) {
      throw new IllegalArgumentException(
          "expected ranges of %d channels of %s".formatted(conv.out(), conv.name()));
    }
    return Int8Scales.of(channels, conv.isDepthwise());
  }

  /** The stem on patches of pixels: uint8 [n, h, w, 3] → [n, channels, h/k, w/k]. */
  private String patches(
      Layer.Convolution stem, FeatureMap image, Int8Scales pixels, Int8Scales output) {
    FeatureMap patches = image.after(stem);
    int side = stem.kernel();
    int rows = patches.height();
    int columns = patches.width();
    StringBuilder body = new StringBuilder();
    LayerSource.line(
        body,
        "x = torch.slice(torch.slice(images, 1, 0, %d), 2, 0, %d)",
        rows * side,
        columns * side);
    LayerSource.line(
        body,
        "x = torch.permute(torch.reshape(x, [-1, %d, %d, %d, %d]), [0, 1, 3, 2, 4])",
        rows,
        side,
        columns,
        side * stem.in());
    int channels = side * side * stem.in();
    LayerSource.line(
        body,
        "x = torch.permute(torch.reshape(x, [-1, %d, %d, %d]), [0, 3, 1, 2])",
        rows,
        columns,
        channels);
    Int8Weights quantised = Int8Weights.of(stem, weights, image, pixels, output).ofPatches();
    Layer.Convolution onPatches =
        new Layer.Convolution(stem.name(), channels, stem.out(), 1, 1, 0, 1, true);
    return body + convolution(TouchingTaps.of(onPatches, patches), patches, quantised, false);
  }

  /** Adds the weights to the module and their repacking to {@code prepare()}. */
  private String convolution(
      TouchingTaps taps, FeatureMap map, Int8Weights quantised, boolean toFloat) {
    Layer.Convolution conv = taps.conv();
    quantised.named(conv.name()).forEach(tree::add);
    String geometry =
        "[%1$d, %1$d], [%2$d, %3$d], [1, 1], %4$d"
            .formatted(conv.stride(), taps.topPadding(), taps.leftPadding(), conv.groups());
    String module = "m" + prepared++;
    LayerSource.line(prepare, "%s = %s", module, ModuleTree.expression(conv.name()));
    LayerSource.line(
        prepare,
        "%1$s.weight = ops.onednn.qconv_prepack(%2$s, %1$s.scale, 1., 0, %3$s, [1, %4$d, %5$d,"
            + " %6$d])",
        module,
        taps.kept(module + ".weight"),
        geometry,
        conv.in(),
        map.height(),
        map.width());
    StringBuilder body = new StringBuilder();
    LayerSource.line(body, "m = %s", ModuleTree.expression(conv.name()));
    // scales and zero points of input and output are part of the weights: 1 and 0
    LayerSource.line(
        body,
        "x = ops.onednn.qconv2d_pointwise(x, 1., 0, m.weight, m.scale, self.zero, m.bias, %s, 1.,"
            + " 0, %s, \"none\", annotate(List[Optional[number]], []), \"\")",
        geometry,
        toFloat ? FLOAT32 : "None");
    return body.toString();
  }

  /** Not max_pool2d, whose 8-bit kernel is limited to small maps. */
  private static String maxPool(int size, FeatureMap output) {
    StringBuilder body = new StringBuilder();
    for (int dimension = 2; dimension < 4; dimension++) {
      int end = size * (dimension == 2 ? output.height() : output.width());
      String every = "torch.slice(x, %d, %d, %d, %d)";
      String largest = every.formatted(dimension, 0, end, size);
      for (int i = 1; i < size; i++) {
        largest =
            "torch.maximum(%s, %s)".formatted(largest, every.formatted(dimension, i, end, size));
      }
      LayerSource.line(body, "x = %s", largest);
    }
    return body.toString();
  }

  private static String eightBit(String values) {
    return "torch.contiguous(torch.to(torch.clamp(torch.round(%s), 0, 255), %d), memory_format=%d)"
        .formatted(values, UINT8, LayerSource.CHANNELS_LAST);
  }

  private String head(Layer.Convolution classifier) {
    tree.add(classifier.name() + ".weight", weights.get(classifier.name() + ".weight"));
    tree.add(classifier.name() + ".bias", weights.get(classifier.name() + ".bias"));
    String geometry =
        LayerSource.repackedGeometry(TouchingTaps.of(classifier, new FeatureMap(1, 1)));
    LayerSource.line(prepare, "c = %s", ModuleTree.expression(classifier.name()));
    LayerSource.line(
        prepare,
        "c.weight = torch.mkldnn_reorder_conv2d_weight(torch.to_mkldnn(c.weight), %s)",
        geometry);
    StringBuilder body = new StringBuilder();
    LayerSource.line(body, "y = torch.to_mkldnn(torch.mean(x, [2, 3], True))");
    LayerSource.line(body, "m = %s", ModuleTree.expression(classifier.name()));
    LayerSource.line(
        body, "y = torch.to_dense(torch.mkldnn_convolution(y, m.weight, m.bias, %s))", geometry);
    return body.toString();
  }

  private String methods(Layer.Convolution stem, String ofImages, String trunk, String head) {
    return """
      def forward(%1$s, images: Tensor) -> Tensor:
        return (self).head((self).maps(images))
      def forward_normalised(%1$s, x: Tensor) -> Tensor:
        return (self).head((self).trunk((self).exact_stem_of(x)))
      def forward_maps(%1$s, images: Tensor) -> Tuple[Tensor, Tensor]:
        maps = (self).maps(images)
        return ((self).head(maps), torch.contiguous(maps))
      def forward_maps_normalised(%1$s, x: Tensor) -> Tuple[Tensor, Tensor]:
        maps = (self).trunk((self).exact_stem_of(x))
        return ((self).head(maps), torch.contiguous(maps))
    %2$s  def exact_stem_of(%1$s, x: Tensor) -> Tensor:
        m = self.%3$s
        y = torch._convolution(x, m.weight, m.bias, %4$s)
        return %5$s
      def maps(%1$s, images: Tensor) -> Tensor:
    %6$s    return (self).trunk(x)
      def trunk(%1$s, x: Tensor) -> Tensor:
    %7$s    return x
      def head(%1$s, x: Tensor) -> Tensor:
    %8$s    return torch.flatten(y, 1)
      def prepare(%1$s) -> NoneType:
    %9$s    return None
    """
        .formatted(
            LayerSource.SELF,
            LayerSource.normalisation("torch.permute(images, [0, 3, 1, 2])"),
            EXACT_STEM,
            LayerSource.plainGeometry(stem, Arithmetic.PUBLISHED),
            eightBit("y"),
            ofImages,
            trunk,
            head,
            prepare);
  }
}
