package io.github.vanillanet.network;

import io.github.vanillanet.checkpoint.HostTensor;
import io.github.vanillanet.checkpoint.ScriptObject;
import io.github.vanillanet.checkpoint.StateDict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The served artifact as TorchScript: source and module instance, ready for {@link
 * io.github.vanillanet.checkpoint.TorchArchive}.
 *
 * <p>Methods of the module:
 *
 * <ul>
 *   <li>{@code forward(images)}: uint8 {@code [n, h, w, 3]} → float32 logits {@code [n, classes]}
 *   <li>{@code forward_normalised(x)}: float32 {@code [n, 3, h, w]} → the same
 *   <li>{@code prepare()}: repacks all weights for oneDNN, once, on a CPU; {@code forward} branches
 *       on the flag that it sets. The originals are released.
 * </ul>
 *
 * <p>Operators stand by their ATen names with integer dtypes, as TorchScript's serialised source
 * wants them.
 */
public record DeployedModule(String source, ScriptObject root) {

  private static final int UINT8_TO_FLOAT32 = 6; // c10::ScalarType::Float
  private static final String CLASS = "VanillaNet";

  /**
   * @param network of the deployed form
   * @param weights float32, named as in {@link ParameterTable}
   * @param mean per channel, for inputs in 0..1
   * @param std per channel
   */
  public static DeployedModule of(
      Network network, StateDict weights, List<Double> mean, List<Double> std) {
    if (network.form() != Form.DEPLOYED) {
      throw new IllegalArgumentException("only the deployed form is served");
    }
    ModuleTree tree = new ModuleTree(CLASS);
    weights.tensors().forEach(tree::add);
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("prepared", false);
    attributes.put("mean", perChannel(mean));
    attributes.put("std", perChannel(std));
    String declared = "  prepared : bool\n  mean : Tensor\n  std : Tensor\n";
    String source = tree.childClasses() + tree.declaration(declared, methods(network));
    return new DeployedModule(source, tree.instance(attributes));
  }

  private static HostTensor perChannel(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return HostTensor.of(floats, 1, floats.length, 1, 1);
  }

  private static String methods(Network network) {
    String self = "self: __torch__." + CLASS;
    // The same operations in the same order as torchvision's ToTensor and Normalize: bit-equal.
    return """
      def forward(%1$s, images: Tensor) -> Tensor:
        nchw = torch.contiguous(torch.permute(images, [0, 3, 1, 2]))
        x = torch.div(torch.to(nchw, %2$d), 255)
        mean = torch.to(self.mean, ops.prim.device(x))
        std = torch.to(self.std, ops.prim.device(x))
        return (self).forward_normalised(torch.div_(torch.sub_(x, mean), std))
      def forward_normalised(%1$s, x: Tensor) -> Tensor:
        if self.prepared:
          y = (self).repacked(x)
        else:
          y = (self).plain(x)
        return y
      def plain(%1$s, x: Tensor) -> Tensor:
    %3$s    return torch.flatten(x, 1)
      def repacked(%1$s, x: Tensor) -> Tensor:
        x0 = torch.to_mkldnn(x)
    %4$s    return torch.flatten(x0, 1)
      def prepare(%1$s) -> NoneType:
    %5$s    self.prepared = True
        return None
    """
        .formatted(self, UINT8_TO_FLOAT32, plain(network), repacked(network), repacking(network));
  }

  private static String plain(Network network) {
    StringBuilder body = new StringBuilder();
    for (Layer layer : network.layers()) {
      if (layer instanceof Layer.Convolution conv) {
        line(
            body,
            // not conv2d: that lets cuDNN round to TF32, a thousand times the certificate's bound
            "x = torch._convolution(x, %1$s.weight, %1$s.bias, %2$s)",
            module(conv.name()),
            exactGeometry(conv));
      } else if (layer instanceof Layer.Relu) {
        line(body, "x = torch.relu_(x)");
      } else if (layer instanceof Layer.MaxPool pool) {
        line(body, "x = torch.max_pool2d(x, [%1$d, %1$d], [%1$d, %1$d])", pool.size());
      } else if (layer instanceof Layer.AdaptiveMaxPool pool) {
        line(body, "x, _0 = torch.adaptive_max_pool2d(x, [%1$d, %1$d])", pool.size());
      } else if (layer instanceof Layer.GlobalAveragePool) {
        line(body, "x = torch.mean(x, [2, 3], True)");
      } else {
        throw new IllegalStateException("not of the deployed form: " + layer);
      }
    }
    return body.toString();
  }

  /** The same net on oneDNN's own blocked layout, from the first layer to the last. */
  private static String repacked(Network network) {
    StringBuilder body = new StringBuilder();
    for (Layer layer : network.layers()) {
      if (layer instanceof Layer.Convolution conv) {
        line(
            body,
            "x0 = torch.mkldnn_convolution(x0, %1$s.weight, %1$s.bias, %2$s)",
            module(conv.name()),
            repackedGeometry(conv));
      } else if (layer instanceof Layer.Relu) {
        line(body, "x0 = torch.relu_(x0)");
      } else if (layer instanceof Layer.MaxPool pool) {
        line(body, "x0 = torch.max_pool2d(x0, [%1$d, %1$d], [%1$d, %1$d])", pool.size());
      } else if (layer instanceof Layer.AdaptiveMaxPool pool) {
        // has no kernel for oneDNN's layout
        line(
            body,
            "x1, _0 = torch.adaptive_max_pool2d(torch.to_dense(x0), [%1$d, %1$d])",
            pool.size());
        line(body, "x0 = torch.to_mkldnn(x1)");
      } else if (layer instanceof Layer.GlobalAveragePool) {
        line(body, "x0 = torch.adaptive_avg_pool2d(x0, [1, 1])");
      } else {
        throw new IllegalStateException("not of the deployed form: " + layer);
      }
    }
    line(body, "x0 = torch.to_dense(x0)");
    return body.toString();
  }

  private static String repacking(Network network) {
    StringBuilder body = new StringBuilder();
    int index = 0;
    for (Layer layer : network.layers()) {
      if (layer instanceof Layer.Convolution conv) {
        line(body, "m%d = %s", index, module(conv.name()));
        line(
            body,
            "m%1$d.weight = torch.mkldnn_reorder_conv2d_weight(torch.to_mkldnn(m%1$d.weight), %2$s)",
            index,
            repackedGeometry(conv));
        index++;
      }
    }
    return body.toString();
  }

  /**
   * Stride, padding, dilation, not transposed, no output padding, groups; then no benchmarking, not
   * only deterministic algorithms, cuDNN if there is one, no TF32.
   */
  private static String exactGeometry(Layer.Convolution conv) {
    return "[%1$d, %1$d], [%2$d, %2$d], [1, 1], False, [0, 0], %3$d, False, False, True, False"
        .formatted(conv.stride(), conv.padding(), conv.groups());
  }

  /** oneDNN's operators take padding before stride. */
  private static String repackedGeometry(Layer.Convolution conv) {
    return "[%2$d, %2$d], [%1$d, %1$d], [1, 1], %3$d"
        .formatted(conv.stride(), conv.padding(), conv.groups());
  }

  /** {@code stages.0.conv} → an expression: numeric names are no identifiers. */
  private static String module(String dottedName) {
    String expression = "self";
    for (String part : dottedName.split("\\.")) {
      expression = "getattr(%s, \"%s\")".formatted(expression, part);
    }
    return expression;
  }

  private static void line(StringBuilder body, String format, Object... arguments) {
    body.append("    ").append(format.formatted(arguments)).append('\n');
  }
}
