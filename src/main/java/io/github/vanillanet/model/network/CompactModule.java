package io.github.vanillanet.model.network;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The artifact of a small float32 net on a CPU, with the methods of {@link DeployedModule}. Each of
 * oneDNN's operators takes about 16 µs before it computes, which is longer than a small layer.
 * XNNPACK takes about 2 µs. Its maps are channels-last, like the pixels of an image.
 *
 * <p>ReLUs belong to the convolutions before them; a ReLU and a max pool can be exchanged. The
 * global average pool and the classifier are one convolution of the size of the last maps.
 * Depthwise kernels are split, see {@link TapLattice}.
 *
 * <p>{@code prepare()} must be called before a forward. It returns the most threads that a forward
 * may use, 1: the layers are too short to divide.
 */
final class CompactModule {

  private static final String CLASS = "VanillaNet";
  private static final String CONTEXT = "__torch__.torch.classes.xnnpack.Conv2dOpContext";
  private static final int FLOAT32 = 6; // c10::ScalarType

  private final StringBuilder preparation = new StringBuilder();
  private final StringBuilder maps = new StringBuilder();
  private final Map<String, Object> contexts = new LinkedHashMap<>();

  private CompactModule() {}

  private static boolean reluAfter(List<Layer> net, int conv) {
    int after = conv + 1;
    if (after < net.size() && net.get(after) instanceof Layer.MaxPool) {
      after++;
    }
    return after < net.size() && net.get(after) instanceof Layer.Relu;
  }

  /**
   * @param net for which {@link CompactLayers#suit} returns true
   * @param weights floating, named as in {@link ParameterTable}
   */
  static DeployedModule of(List<Layer> net, StateDict weights, Preprocessing preprocessing) {
    CompactModule module = new CompactModule();
    module.add(net, preprocessing);
    ModuleTree tree = new ModuleTree(CLASS);
    weights
        .tensors()
        .forEach((name, tensor) -> tree.add(name, tensor.to(Precision.FLOAT32.storage())));
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("mean", perPixel(preprocessing, preprocessing.mean()));
    attributes.put("std", perPixel(preprocessing, preprocessing.std()));
    attributes.putAll(module.contexts);
    StringBuilder declared = new StringBuilder("  mean : Tensor\n  std : Tensor\n");
    for (String name : module.contexts.keySet()) {
      declared.append("  %s : Optional[%s]\n".formatted(name, CONTEXT));
    }
    String source =
        tree.childClasses() + tree.declaration(declared.toString(), module.methods(preprocessing));
    return new DeployedModule(source, tree.instance(attributes));
  }

  /** One value for each number of an image, because broadcasting three values is slow. */
  private static HostTensor perPixel(Preprocessing preprocessing, List<Double> channels) {
    int height = preprocessing.height();
    int width = preprocessing.width();
    float[] values = new float[height * width * channels.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = channels.get(i % channels.size()).floatValue();
    }
    return HostTensor.of(values, height, width, channels.size());
  }

  private String methods(Preprocessing preprocessing) {
    int colours = preprocessing.mean().size();
    // Normalised by the same operations in the same order as torchvision's ToTensor and Normalize:
    // bit-equal. A channel shuffle is the only fast way to exchange dimensions.
    return """
      def forward(%1$s, images: Tensor) -> Tensor:
        return (self).classified((self).maps((self).normalised(images)))
      def forward_maps(%1$s, images: Tensor) -> Tuple[Tensor, Tensor]:
        return (self).both((self).maps((self).normalised(images)))
      def forward_normalised(%1$s, x: Tensor) -> Tensor:
        return (self).classified((self).maps((self).channels_last(x)))
      def forward_maps_normalised(%1$s, x: Tensor) -> Tuple[Tensor, Tensor]:
        return (self).both((self).maps((self).channels_last(x)))
      def normalised(%1$s, images: Tensor) -> Tensor:
        x = torch.div(torch.to(images, %2$d), 255)
        return torch.div_(torch.sub_(x, self.mean), self.std)
      def channels_last(%1$s, x: Tensor) -> Tensor:
        numbers = torch.as_strided(x, [torch.size(x, 0), %3$d, 1, 1], [%3$d, 1, %3$d, %3$d])
        numbers = torch.native_channel_shuffle(numbers, %4$d)
        return torch.reshape(numbers, [-1, %5$d, %6$d, %4$d])
      def maps(%1$s, x: Tensor) -> Tensor:
    %7$s    return x
      def both(%1$s, x: Tensor) -> Tuple[Tensor, Tensor]:
        return ((self).classified(x), torch.contiguous(x))
      def classified(%1$s, x: Tensor) -> Tensor:
        return torch.flatten(%8$s, 1)
      def prepare(%1$s) -> int:
    %9$s    return 1
    """
        .formatted(
            "self: __torch__." + CLASS,
            FLOAT32,
            preprocessing.height() * preprocessing.width() * colours,
            colours,
            preprocessing.height(),
            preprocessing.width(),
            maps,
            run("classifier", "x"),
            preparation);
  }

  private void add(List<Layer> net, Preprocessing preprocessing) {
    FeatureMap image = new FeatureMap(preprocessing.height(), preprocessing.width());
    Map<Layer.Convolution, TouchingTaps> taps = TouchingTaps.of(net, image);
    List<FeatureMap> inputs = FeatureMap.inputs(net, image.height(), image.width());
    List<Layer> body = net.subList(0, net.size() - 2);
    boolean patches = body.get(0) instanceof Layer.Convolution conv && PatchStem.suits(conv, image);
    if (patches) {
      stem(new PatchStem((Layer.Convolution) body.get(0), image), reluAfter(body, 0));
    } else {
      line(maps, "x = torch.permute(x, [0, 3, 1, 2])");
    }
    for (int i = patches ? 1 : 0; i < body.size(); i++) {
      if (body.get(i) instanceof Layer.Convolution conv) {
        if (reusesInput(net, i)) {
          line(maps, "unused = x");
        }
        convolution(taps.get(conv), reluAfter(body, i), "c" + i);
      } else if (body.get(i) instanceof Layer.MaxPool pool) {
        if (reusesInput(net, i - 1)) {
          int channels = ((Layer.Convolution) body.get(i - 1)).out();
          maxPool(pool.size(), channels, inputs.get(i + 1));
        } else {
          line(maps, "x = torch.max_pool2d(x, [%1$d, %1$d], [%1$d, %1$d])", pool.size());
        }
      }
    }
    FeatureMap last = inputs.get(net.size() - 2);
    Layer.Convolution classifier = (Layer.Convolution) net.get(net.size() - 1);
    String whole =
        "torch.contiguous(torch.expand(torch.div(%s.weight, %d), [-1, -1, %d, %d]))"
            .formatted(
                ModuleTree.expression(classifier.name()),
                last.height() * last.width(),
                last.height(),
                last.width());
    pack("classifier", whole, classifier, true, "[1, 1], [0, 0], [1, 1]", false);
    release(classifier);
  }

  private void stem(PatchStem stem, boolean relu) {
    Layer.Convolution conv = stem.conv();
    String weight = stem.weight(ModuleTree.expression(conv.name()) + ".weight");
    pack("stem_rows", weight, conv, true, stem.geometry(), relu);
    release(conv);
    line(maps, "x = %s", run("stem_rows", stem.rows("x")));
  }

  /**
   * Whether a pool follows this layer, a 1×1 convolution of a map of the net, and its result needs
   * no more memory than that map.
   */
  private static boolean reusesInput(List<Layer> net, int layer) {
    return layer > 0
        && net.get(layer) instanceof Layer.Convolution conv
        && net.get(layer + 1) instanceof Layer.MaxPool pool
        && conv.kernel() == 1
        && conv.stride() == 1
        && conv.padding() == 0
        && conv.out() <= conv.in() * pool.size() * pool.size();
  }

  /**
   * The pool of a convolution's output, in the memory of the convolution's input. XNNPACK copies
   * each input that is not in memory from its own allocator.
   */
  private void maxPool(int size, int channels, FeatureMap output) {
    int rowOfPixels = output.width() * channels;
    line(
        maps,
        "pooled = torch.as_strided(unused, [torch.size(x, 0), %d, %d, %d], [%d, 1, %d, %d])",
        channels,
        output.height(),
        output.width(),
        output.height() * rowOfPixels,
        rowOfPixels,
        channels);
    String rows = "torch.slice(x, 2, %%d, %d, %d)".formatted(size * output.height(), size);
    line(maps, "rows = " + rows, 0);
    for (int i = 1; i < size; i++) {
      line(maps, "rows = torch.maximum(rows, " + rows + ", out=rows)", i);
    }
    String columns = "torch.slice(rows, 3, %%d, %d, %d)".formatted(size * output.width(), size);
    line(maps, "x = " + columns, 0);
    for (int i = 1; i < size; i++) {
      line(maps, "x = torch.maximum(x, " + columns + ", out=pooled)", i);
    }
  }

  private void convolution(TouchingTaps kernel, boolean relu, String name) {
    Layer.Convolution conv = kernel.conv();
    String weight = ModuleTree.expression(conv.name()) + ".weight";
    if (conv.groups() == 1) {
      String geometry =
          "[%1$d, %1$d], [%2$d, %3$d], [1, 1]"
              .formatted(conv.stride(), kernel.topPadding(), kernel.leftPadding());
      pack(name, kernel.kept(weight), conv, true, geometry, relu);
      line(maps, "x = %s", run(name, "x"));
    } else {
      List<String> sums = new ArrayList<>();
      for (TapLattice part : TapLattice.parts(kernel)) {
        String partName = name + "_" + sums.size();
        TapLattice.Axis rows = part.rows();
        TapLattice.Axis columns = part.columns();
        String geometry =
            "[1, 1], [%d, %d], [%d, %d]"
                .formatted(rows.padding(), columns.padding(), rows.step(), columns.step());
        pack(partName, part.of(weight), conv, sums.isEmpty(), geometry, false);
        sums.add(run(partName, "x"));
      }
      String sum = sums.get(0);
      for (String part : sums.subList(1, sums.size())) {
        sum = "torch.add_(%s, %s)".formatted(sum, part);
      }
      line(maps, "x = %s", sum);
      if (relu) {
        line(maps, "x = torch.relu_(x)");
      }
    }
    release(conv);
  }

  private void pack(
      String name,
      String weight,
      Layer.Convolution conv,
      boolean bias,
      String geometry,
      boolean relu) {
    contexts.put(name, Optional.empty());
    line(
        preparation,
        "self.%s = ops.prepacked.conv2d_clamp_prepack(%s, %s, %s, %d, %s, None)",
        name,
        weight,
        bias ? ModuleTree.expression(conv.name()) + ".bias" : "None",
        geometry,
        conv.groups(),
        relu ? "0" : "None");
  }

  /** Drops the module's reference to a weight that is packed. */
  private void release(Layer.Convolution conv) {
    String name = "m" + preparation.length();
    line(preparation, "%s = %s", name, ModuleTree.expression(conv.name()));
    line(preparation, "%s.weight = torch.slice(%s.bias, 0, 0, 0)", name, name);
  }

  private static String run(String context, String x) {
    return "ops.prepacked.conv2d_clamp_run(%s, unchecked_cast(%s, self.%s))"
        .formatted(x, CONTEXT, context);
  }

  private static void line(StringBuilder body, String format, Object... arguments) {
    body.append("    ").append(format.formatted(arguments)).append('\n');
  }
}
