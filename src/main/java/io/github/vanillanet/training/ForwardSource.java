package io.github.vanillanet.training;

import io.github.vanillanet.network.Layer;
import io.github.vanillanet.network.Network;

/**
 * The training form's forward pass as TorchScript, over a list {@code p} of parameters and a list
 * {@code s} of running statistics, so that the same text serves the net, its moving average and the
 * leaves of a gradient. Activations overwrite their input, which is the output of a batch norm or a
 * pooling: neither needs it for its gradient.
 */
final class ForwardSource {

  private static final double MOMENTUM = 0.1;

  private final StringBuilder body = new StringBuilder();
  private final Kernels kernels;
  private int parameter;
  private int statistic;

  private ForwardSource(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Method {@code net}: {@code x [n, 3, h, w]} → logits {@code [n, classes]}. {@code train} uses
   * and moves batch statistics and applies {@code mask} {@code [n, width]}, the dropout factors,
   * unless it is empty.
   */
  static String of(Network network, String self, Kernels kernels) {
    ForwardSource source = new ForwardSource(kernels);
    network.layers().forEach(source::layer);
    return """
      def net(%s, x: Tensor, p: List[Tensor], s: List[Tensor], slope: float, train: bool, mask: Tensor) -> Tensor:
    %s    return torch.flatten(x, 1)
    """
        .formatted(self, source.body);
  }

  private void layer(Layer layer) {
    if (layer instanceof Layer.Convolution conv) {
      convolution(conv);
    } else if (layer instanceof Layer.BatchNorm) {
      line(
          "x = torch.batch_norm(x, p[%d], p[%d], s[%d], s[%d], train, %s, %s, True)",
          parameter++, parameter++, statistic++, statistic++, MOMENTUM, Layer.BatchNorm.EPS);
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
    } else if (layer instanceof Layer.Dropout) {
      line("if train:");
      line("  if torch.gt(torch.numel(mask), 0):");
      line("    x = torch.mul(x, torch.view(mask, [torch.size(x, 0), torch.size(x, 1), 1, 1]))");
    }
  }

  private void convolution(Layer.Convolution conv) {
    int weight = parameter++;
    String bias = conv.bias() ? "p[%d]".formatted(parameter++) : "None";
    if (kernels.pointwiseAsProduct() && conv.kernel() == 1) {
      line("x = torch.permute(x, [0, 2, 3, 1])");
      line("x = torch.linear(x, torch.flatten(p[%d], 1), %s)", weight, bias);
      line("x = torch.permute(x, [0, 3, 1, 2])");
    } else {
      line(
          "x = torch.conv2d(x, p[%1$d], %2$s, [%3$d, %3$d], [%4$d, %4$d], [1, 1], %5$d)",
          weight, bias, conv.stride(), conv.padding(), conv.groups());
    }
  }

  private void line(String format, Object... arguments) {
    body.append("    ").append(format.formatted(arguments)).append('\n');
  }
}
