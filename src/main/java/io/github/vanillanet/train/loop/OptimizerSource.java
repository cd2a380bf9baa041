package io.github.vanillanet.train.loop;

import java.util.List;

/**
 * One optimizer step over all parameters as TorchScript: method {@code update(g, rate, t)} with the
 * gradients, which it may overwrite, the learning rate, and the number of the step from 1. The
 * other constants are written into the source.
 */
final class OptimizerSource {

  /** Bound on the global norm of the gradients, the default max_grad_norm of timm's Lamb. */
  private static final double LAMB_NORM = 1.0;

  private OptimizerSource() {}

  static String of(OptimizerSpec spec, List<ParameterGroups.Parameter> parameters, String self) {
    return """
      def update(%1$s, g: List[Tensor], rate: float, t: int) -> NoneType:
        weights = (self).parameters_of_model()
        decays = %2$s
        scales = %3$s
    %4$s%5$s    return None
    """
        .formatted(
            self,
            parameters.stream().map(ParameterGroups.Parameter::weightDecay).toList(),
            parameters.stream().map(ParameterGroups.Parameter::rateScale).toList(),
            clipping(spec),
            body(spec));
  }

  private static String clipping(OptimizerSpec spec) {
    String source = "";
    if (spec.clipNorm() > 0) {
      // torch.nn.utils.clip_grad_norm_: divides by the norm plus 1e-6
      source +=
          """
              clip = torch.div(%s, torch.add((self).norm(g), 1e-06))
              if torch.lt(clip, 1.):
                torch._foreach_mul_(g, clip)
          """
              .formatted(spec.clipNorm());
    }
    if (spec.kind() == OptimizerKind.LAMB) {
      source +=
          """
              total = (self).norm(g)
              if torch.gt(total, %1$s):
                torch._foreach_div_(g, torch.div(total, %1$s))
          """
              .formatted(LAMB_NORM);
    }
    return source;
  }

  private static String body(OptimizerSpec spec) {
    return switch (spec.kind()) {
      case LAMB -> moments(spec) + LAMB.formatted(spec.eps());
      case ADAMW -> moments(spec) + ADAMW.formatted(spec.eps());
      case SGD ->
          SGD.formatted(
              spec.beta1(), spec.nesterov() ? NESTEROV.formatted(spec.beta1()) : HEAVY_BALL);
    };
  }

  private static String moments(OptimizerSpec spec) {
    return MOMENTS.formatted(
        spec.beta1(), complement(spec.beta1()), spec.beta2(), complement(spec.beta2()));
  }

  /** 1 − β in float64, for example 0.09999999999999998, as the official code computes it. */
  private static String complement(double beta) {
    return Double.toString(1 - beta);
  }

  private static final String MOMENTS =
      """
          first = (self).exp_avg_of_optimizer()
          second = (self).exp_avg_sq_of_optimizer()
          torch._foreach_mul_(first, %1$s)
          torch._foreach_add_(first, g, alpha=%2$s)
          torch._foreach_mul_(second, %3$s)
          torch._foreach_addcmul_(second, g, g, %4$s)
          correction1 = torch.sub(1., torch.pow(%1$s, t))
          correction2 = torch.sub(1., torch.pow(%3$s, t))
      """;

  private static final String LAMB =
      """
          for i in range(torch.len(g)):
            w = weights[i]
            u = torch.div(first[i], correction1)
            d = torch.add_(torch.div_(torch.sqrt(second[i]), torch.sqrt(correction2)), %1$s)
            u = torch.div_(u, d)
            decay = decays[i]
            if torch.gt(decay, 0.):
              u = torch.add_(u, w, alpha=decay)
              length = float(torch.norm(w))
              step = float(torch.norm(u))
              if torch.gt(length, 0.):
                if torch.gt(step, 0.):
                  u = torch.mul_(u, torch.div(length, step))
            _0 = torch.sub_(w, u, alpha=torch.mul(rate, scales[i]))
      """;

  private static final String ADAMW =
      """
          for i in range(torch.len(g)):
            w = weights[i]
            lr = torch.mul(rate, scales[i])
            decay = decays[i]
            if torch.gt(decay, 0.):
              _0 = torch.mul_(w, torch.sub(1., torch.mul(lr, decay)))
            d = torch.add_(torch.div_(torch.sqrt(second[i]), torch.sqrt(correction2)), %1$s)
            _1 = torch.addcdiv_(w, first[i], d, value=torch.neg(torch.div(lr, correction1)))
      """;

  private static final String SGD =
      """
          buffers = (self).momentum_buffer_of_optimizer()
          for i in range(torch.len(g)):
            w = weights[i]
            decay = decays[i]
            d = g[i]
            if torch.gt(decay, 0.):
              d = torch.add(d, w, alpha=decay)
            b = torch.add_(torch.mul_(buffers[i], %1$s), d)
      %2$s      _0 = torch.sub_(w, d, alpha=torch.mul(rate, scales[i]))
      """;

  private static final String NESTEROV = "      d = torch.add(d, b, alpha=%s)\n";
  private static final String HEAVY_BALL = "      d = b\n";
}
