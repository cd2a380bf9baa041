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

  /** Measured: with more work, oneDNN's kernels are faster. */
  private static final long MOST_MACS = 36_000_000;

  private static final String CLASS = "VanillaNet";
  private static final String CONTEXT = "__torch__.torch.classes.xnnpack.Conv2dOpContext";
  private static final int FLOAT32 = 6; // c10::ScalarType

  private final StringBuilder preparation = new StringBuilder();
  private final StringBuilder maps = new StringBuilder();
  private final Map<String, Object> contexts = new LinkedHashMap<>();

  private CompactModule() {}

  /** Returns whether the net is small and has only layers that this class can write. */
  static boolean suits(List<Layer> net, Preprocessing preprocessing) {
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

  private static boolean reluAfter(List<Layer> net, int conv) {
    int after = conv + 1;
    if (after < net.size() && net.get(after) instanceof Layer.MaxPool) {
      after++;
    }
    return after < net.size() && net.get(after) instanceof Layer.Relu;
  }

  /**
   * @param net for which {@link #suits} returns true
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
    String source = tree.childClasses() + tree.declaration(declared.toString(), module.methods());
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

  private String methods() {
    // The same operations in the same order as torchvision's ToTensor and Normalize: bit-equal.
    return """
      def forward(%1$s, images: Tensor) -> Tensor:
        return (self).forward_normalised((self).normalised(images))
      def forward_maps(%1$s, images: Tensor) -> Tuple[Tensor, Tensor]:
        return (self).forward_maps_normalised((self).normalised(images))
      def normalised(%1$s, images: Tensor) -> Tensor:
        x = torch.div(torch.to(images, %2$d), 255)
        return torch.permute(torch.div_(torch.sub_(x, self.mean), self.std), [0, 3, 1, 2])
      def forward_normalised(%1$s, x: Tensor) -> Tensor:
        return (self).classified((self).maps(x))
      def forward_maps_normalised(%1$s, x: Tensor) -> Tuple[Tensor, Tensor]:
        x0 = (self).maps(x)
        return ((self).classified(x0), torch.contiguous(x0))
      def classified(%1$s, x: Tensor) -> Tensor:
        return torch.flatten(%3$s, 1)
      def maps(%1$s, x: Tensor) -> Tensor:
        x = torch.contiguous(x, memory_format=2)
    %4$s    return x
      def prepare(%1$s) -> int:
    %5$s    return 1
    """
        .formatted("self: __torch__." + CLASS, FLOAT32, run("classifier", "x"), maps, preparation);
  }

  private void add(List<Layer> net, Preprocessing preprocessing) {
    FeatureMap image = new FeatureMap(preprocessing.height(), preprocessing.width());
    Map<Layer.Convolution, TouchingTaps> taps = TouchingTaps.of(net, image);
    List<Layer> body = net.subList(0, net.size() - 2);
    for (int i = 0; i < body.size(); i++) {
      if (body.get(i) instanceof Layer.Convolution conv) {
        convolution(taps.get(conv), reluAfter(body, i), "c" + i);
      } else if (body.get(i) instanceof Layer.MaxPool pool) {
        line(maps, "x = torch.max_pool2d(x, [%1$d, %1$d], [%1$d, %1$d])", pool.size());
      }
    }
    FeatureMap last = FeatureMap.inputs(net, image.height(), image.width()).get(net.size() - 2);
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
