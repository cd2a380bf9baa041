package io.github.vanillanet.model.network;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** Source text of layers in the modules of this package. */
final class LayerSource {

  static final String CLASS = "VanillaNet";
  static final String SELF = "self: __torch__." + CLASS;
  static final int CHANNELS_LAST = 2; // c10::MemoryFormat

  private LayerSource() {}

  /** {@code c10::ScalarType} of the activations. */
  static int dtype(Precision precision) {
    return switch (precision) {
      case FLOAT32, TF32 -> 6;
      case FLOAT16 -> 5;
      case BFLOAT16 -> 15;
      case INT8 -> throw new IllegalArgumentException("int8 needs activation ranges");
    };
  }

  /**
   * A method {@code normalised(images)}: float32 [n, 3, h, w]. The same operations in the same
   * order as torchvision's ToTensor and Normalize: bit-equal.
   *
   * @param nchw expression of the images with channels first
   */
  static String normalisation(String nchw) {
    return """
      def normalised(%1$s, images: Tensor) -> Tensor:
        nchw = %2$s
        x = torch.div(torch.to(nchw, %3$d), 255)
        mean = torch.to(self.mean, ops.prim.device(x))
        std = torch.to(self.std, ops.prim.device(x))
        return torch.div_(torch.sub_(x, mean), std)
    """
        .formatted(SELF, nchw, dtype(Precision.FLOAT32));
  }

  /**
   * @param repacked whether all features are in oneDNN's blocked layout
   * @param geometry the last arguments of each convolution
   */
  static String layers(
      List<Layer> net, boolean repacked, Function<Layer.Convolution, String> geometry) {
    StringBuilder body = new StringBuilder();
    String x = repacked ? "x0" : "x";
    for (Layer layer : net) {
      if (layer instanceof Layer.Convolution conv) {
        // Not conv2d: its use of TF32 and of cuDNN's benchmark depends on process-wide switches,
        // and the error of TF32 is a thousand times float32's bound.
        line(
            body,
            "%1$s = torch.%2$s(%1$s, %3$s.weight, %3$s.bias, %4$s)",
            x,
            repacked ? "mkldnn_convolution" : "_convolution",
            ModuleTree.expression(conv.name()),
            geometry.apply(conv));
      } else if (layer instanceof Layer.Relu) {
        line(body, "%1$s = torch.relu_(%1$s)", x);
      } else if (layer instanceof Layer.MaxPool pool) {
        line(body, "%1$s = torch.max_pool2d(%1$s, [%2$d, %2$d], [%2$d, %2$d])", x, pool.size());
      } else if (layer instanceof Layer.AdaptiveMaxPool pool && repacked) {
        // oneDNN has no such kernel
        String dense = "x1, _0 = torch.adaptive_max_pool2d(torch.to_dense(x0), [%1$d, %1$d])";
        line(body, dense, pool.size());
        line(body, "x0 = torch.to_mkldnn(x1)");
      } else if (layer instanceof Layer.AdaptiveMaxPool pool) {
        line(body, "x, _0 = torch.adaptive_max_pool2d(x, [%1$d, %1$d])", pool.size());
      } else if (layer instanceof Layer.GlobalAveragePool) {
        line(
            body,
            repacked
                ? "x0 = torch.adaptive_avg_pool2d(x0, [1, 1])"
                : "x = torch.mean(x, [2, 3], True)");
      } else if (layer instanceof Layer.OverlappingMaxPool pool) {
        String pooled = "%1$s = torch.max_pool2d(%1$s, [%2$d, %2$d], [%3$d, %3$d], [%4$d, %4$d])";
        line(body, pooled, x, pool.size(), pool.stride(), pool.padding());
      } else if (layer instanceof Layer.Branch) {
        line(body, "kept = %s", x);
      } else if (layer instanceof Layer.Swap) {
        line(body, "shortcut = kept");
        line(body, "kept = %s", x);
        line(body, "%s = shortcut", x);
      } else if (layer instanceof Layer.Join) {
        line(body, "%1$s = torch.add(%1$s, kept)", x);
      } else {
        throw new IllegalStateException("not in the deployed form: " + layer);
      }
    }
    return body.toString();
  }

  static String repacking(Collection<TouchingTaps> net) {
    StringBuilder body = new StringBuilder();
    int i = 0;
    for (TouchingTaps taps : net) {
      line(body, "m%d = %s", i, ModuleTree.expression(taps.conv().name()));
      line(
          body,
          "m%d.weight = torch.mkldnn_reorder_conv2d_weight(torch.to_mkldnn(%s), %s)",
          i,
          taps.kept("m%d.weight".formatted(i)),
          repackedGeometry(taps));
      i++;
    }
    return body.toString();
  }

  /**
   * Stride, padding, dilation, transposed, output padding, groups, benchmark, deterministic, cuDNN
   * enabled, TF32 allowed.
   */
  static String plainGeometry(Layer.Convolution conv, Arithmetic arithmetic) {
    return "[%1$d, %1$d], [%2$d, %2$d], [1, 1], False, [0, 0], %3$d, %4$s, False, True, %5$s"
        .formatted(
            conv.stride(),
            conv.padding(),
            conv.groups(),
            arithmetic.autotune() ? "True" : "False",
            arithmetic.precision() == Precision.TF32 ? "True" : "False");
  }

  /** oneDNN's operators take the padding before the stride. */
  static String repackedGeometry(TouchingTaps taps) {
    Layer.Convolution conv = taps.conv();
    return "[%2$d, %3$d], [%1$d, %1$d], [1, 1], %4$d"
        .formatted(conv.stride(), taps.topPadding(), taps.leftPadding(), conv.groups());
  }

  static void line(StringBuilder body, String format, Object... arguments) {
    body.append("    ").append(format.formatted(arguments)).append('\n');
  }
}
