package io.github.vanillanet.train.loop;

import java.util.List;
import java.util.stream.IntStream;

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
        decayed = annotate(List[int], %4$s)
    %5$s%6$s    return None
    """
        .formatted(
            self,
            parameters.stream().map(ParameterGroups.Parameter::weightDecay).toList(),
            parameters.stream().map(ParameterGroups.Parameter::rateScale).toList(),
            IntStream.range(0, parameters.size())
                .filter(i -> parameters.get(i).weightDecay() > 0)
                .boxed()
                .toList(),
            clipping(spec),
            body(spec));
  }

  private static String clipping(OptimizerSpec spec) {
    String source = "";
    if (spec.clipNorm() > 0) {
      // torch.nn.utils.clip_grad_norm_: divides by the norm plus 1e-6
      source +=
          """
              norm = torch.norm(torch.stack(torch._foreach_norm(g, 2)))
              clip = torch.mul(torch.reciprocal(torch.add(norm, 1e-06)), %s)
              torch._foreach_mul_(g, torch.clamp(clip, None, 1.))
          """
              .formatted(spec.clipNorm());
    }
    if (spec.kind() == OptimizerKind.LAMB) {
      source +=
          """
              total = torch.norm(torch.stack(torch._foreach_norm(g, 2)))
              torch._foreach_div_(g, torch.clamp(torch.div(total, %s), 1.))
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

  /**
   * The trust ratios stay on the device: reading one would wait for all operators before it. One
   * operator processes all parameters where possible, because starting an operator on a CUDA device
   * takes longer than running it.
   */
  private static final String LAMB =
      """
          steps = torch._foreach_div(first, correction1)
          d = torch._foreach_sqrt(second)
          torch._foreach_div_(d, torch.sqrt(correction2))
          torch._foreach_add_(d, %1$s)
          torch._foreach_div_(steps, d)
          if torch.gt(torch.len(decayed), 0):
            u = annotate(List[Tensor], [])
            w = annotate(List[Tensor], [])
            for i in decayed:
              _0 = torch.append(u, torch.add_(steps[i], weights[i], alpha=decays[i]))
              _1 = torch.append(w, weights[i])
            length = torch.stack(torch._foreach_norm(w, 2))
            step = torch.stack(torch._foreach_norm(u, 2))
            usable = torch.logical_and(torch.gt(length, 0.), torch.gt(step, 0.))
            ratios = torch.unbind(torch.where(usable, torch.div(length, step), 1.))
            for k in range(torch.len(decayed)):
              _2 = torch.mul_(steps[decayed[k]], ratios[k])
          for i in range(torch.len(g)):
            _3 = torch.sub_(weights[i], steps[i], alpha=torch.mul(rate, scales[i]))
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
