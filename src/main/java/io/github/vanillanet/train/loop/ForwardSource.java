package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;

/**
 * Forward pass of the training form as TorchScript. Parameters and running statistics are passed as
 * lists {@code p} and {@code s}, so that one method serves the network, its moving average and the
 * leaves of a gradient. Activations overwrite their input: it is the output of a batch norm or a
 * pooling, which do not need it for their gradients.
 */
final class ForwardSource {

  private final StringBuilder body = new StringBuilder();
  private final Kernels kernels;
  private final Compute compute;
  private int parameter;
  private int statistic;

  private ForwardSource(Kernels kernels, Compute compute) {
    this.kernels = kernels;
    this.compute = compute;
  }

  /**
   * Method {@code net}: {@code x [n, 3, h, w]} → logits {@code [n, classes]}. With {@code train},
   * it uses batch statistics, moves the running ones by {@code momentum} towards them, and
   * multiplies by the dropout factors {@code mask [n, width]} unless they are empty. With {@link
   * Kernels#PIXELWISE}, weights of depthwise convolutions get no gradient; {@code inputs} and
   * {@code results} receive what {@link DepthwiseSource} needs to compute it.
   */
  static String of(Network network, String self, Kernels kernels, Compute compute) {
    ForwardSource source = new ForwardSource(kernels, compute);
    network.layers().forEach(source::layer);
    return """
      def net(%s, x: Tensor, p: List[Tensor], s: List[Tensor], slope: float, train: bool, momentum: float, mask: Tensor, inputs: List[Tensor], results: List[Tensor]) -> Tensor:
    %s    return torch.flatten(x, 1)
    """
        .formatted(self, source.body);
  }

  private void layer(Layer layer) {
    if (layer instanceof Layer.Convolution conv) {
      convolution(conv);
    } else if (layer instanceof Layer.BatchNorm) {
      line(
          "x = torch.batch_norm(x, p[%d], p[%d], s[%d], s[%d], train, momentum, %s, True)",
          parameter++, parameter++, statistic++, statistic++, Layer.BatchNorm.EPS);
    } else if (layer instanceof Layer.Relu) {
      line("x = torch.relu_(x)");
    } else if (layer instanceof Layer.SlopedRelu) {
      line("if torch.lt(slope, 1.):");
      line("  x = torch.leaky_relu_(x, slope)");
    } else if (layer instanceof Layer.MaxPool pool) {
      line("x = torch.max_pool2d(x, [%1$d, %1$d], [%1$d, %1$d])", pool.size());
    } else if (layer instanceof Layer.AdaptiveMaxPool pool) {
      line("x, _0 = torch.adaptive_max_pool2d(x, [%1$d, %1$d])", pool.size());
    } else if (layer instanceof Layer.GlobalAveragePool) {
      line("x = torch.mean(x, [2, 3], True)");
    } else if (layer instanceof Layer.Branch) {
      line("kept = x");
    } else if (layer instanceof Layer.Swap) {
      line("shortcut = kept");
      line("kept = x");
      line("x = shortcut");
    } else if (layer instanceof Layer.MoreChannels more) {
      line("x = torch.constant_pad_nd(x, [0, 0, 0, 0, 0, %d])", more.out() - more.in());
    } else if (layer instanceof Layer.Join) {
      line("x = torch.add(x, kept)");
    } else if (layer instanceof Layer.Dropout) {
      line("if train:");
      line("  if torch.gt(torch.numel(mask), 0):");
      line("    x = torch.mul(x, torch.view(mask, [torch.size(x, 0), torch.size(x, 1), 1, 1]))");
    }
  }

  private void convolution(Layer.Convolution conv) {
    String weight = compute.narrowed("p[%d]".formatted(parameter++));
    String bias = compute.narrowed(conv.bias() ? "p[%d]".formatted(parameter++) : "None");
    if (kernels.pointwiseAsProduct() && conv.kernel() == 1 && conv.groups() > 1) {
      line(
          "x = %s",
          compute.widened(
              "torch.mul(%s, torch.view(%s, [1, -1, 1, 1]))"
                  .formatted(compute.narrowed("x"), weight)));
    } else if (kernels.pointwiseAsProduct() && conv.kernel() == 1) {
      line("x = torch.permute(%s, [0, 2, 3, 1])", compute.narrowed("x"));
      line("x = torch.linear(x, torch.flatten(%s, 1), %s)", weight, bias);
      line("x = torch.permute(%s, [0, 3, 1, 2])", compute.widened("x"));
    } else if (kernels.isSplit(conv)) {
      line("if train:");
      line("  _0 = torch.append(inputs, x)");
      line(
          "x = %s",
          compute.widened("(self).depthwise(%s, %s)".formatted(compute.narrowed("x"), weight)));
      line("if train:");
      line("  _1 = torch.append(results, x)");
    } else {
      String convolved =
          "torch.conv2d(%1$s, %2$s, %3$s, [%4$d, %4$d], [%5$d, %5$d], [1, 1], %6$d)"
              .formatted(
                  compute.narrowed("x"),
                  weight,
                  bias,
                  conv.stride(),
                  conv.padding(),
                  conv.groups());
      line("x = %s", compute.widened(convolved));
    }
  }

  private void line(String format, Object... arguments) {
    body.append("    ").append(format.formatted(arguments)).append('\n');
  }
}
