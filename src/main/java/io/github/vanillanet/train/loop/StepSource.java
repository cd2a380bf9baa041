package io.github.vanillanet.train.loop;

/**
 * TorchScript of the methods that {@link TrainingModule} lists, except for forward and optimizer.
 */
final class StepSource {

  private static final int FLOAT64 = 7; // c10::ScalarType::Double

  private static final double MOMENTUM = 0.1;

  private StepSource() {}

  static String of(Recipe recipe, Kernels kernels, String self) {
    return loss(recipe.loss(), self)
        + DepthwiseSource.of(self)
        + METHODS
            .replace("SELF", self)
            .replace("FORMAT", Integer.toString(kernels.memoryFormat()))
            .replace("MOMENTUM", Double.toString(MOMENTUM))
            .replace("FLOAT64", Integer.toString(FLOAT64))
            .replace(
                "AVERAGING",
                recipe.emaDecay() > 0 ? averaging(recipe.emaDecay(), recipe.emaWarmup()) : "");
  }

  /** Method {@code loss}: logits and targets {@code [n, classes]} → a scalar. */
  static String loss(LossKind loss, String self) {
    String formula =
        switch (loss) {
          case CROSS_ENTROPY ->
              "torch.mean(torch.sum(torch.mul(torch.neg(y), torch.log_softmax(z, 1)), [1]))";
          case BINARY_CROSS_ENTROPY ->
              "torch.binary_cross_entropy_with_logits(z, y, None, None, 1)";
        };
    return """
      def loss(%s, z: Tensor, y: Tensor) -> Tensor:
        return %s
    """
        .formatted(self, formula);
  }

  /**
   * Averages every tensor as timm's ModelEma; the integer counters are truncated.
   *
   * @param warmup whether the decay of the first steps is smaller
   */
  private static String averaging(double decay, boolean warmup) {
    String factors =
        warmup
            ? """
                  t = float(c[2])
                  kept = torch.div(torch.add(t, 1.), torch.add(t, 10.))
                  if torch.gt(kept, %1$s):
                    kept = %1$s
                  added = torch.sub(1., kept)
              """
            : """
                  kept = %1$s
                  added = %2$s
              """;
    return factors.formatted(decay, 1 - decay) + AVERAGING;
  }

  private static final String AVERAGING =
      """
          average = (self).floats_of_average()
          torch._foreach_mul_(average, kept)
          torch._foreach_add_(average, torch._foreach_mul((self).floats_of_model(), added))
          counters = (self).counters_of_model()
          averages = (self).counters_of_average()
          for i in range(torch.len(counters)):
            n = torch.add(torch.mul(averages[i], kept), torch.mul(counters[i], added))
            _0 = torch.copy_(averages[i], n)
      """;

  private static final String METHODS =
      """
        def forward(SELF, x: Tensor) -> Tensor:
          return x
        def mix(SELF, x: Tensor, c: Tensor) -> Tensor:
          share = float(c[4])
          if torch.lt(share, 1.):
            height = int(c[6])
            width = int(c[8])
            mirror = torch.flip(x, [0])
            if torch.gt(torch.mul(height, width), 0):
              top = int(c[5])
              left = int(c[7])
              x = torch.clone(x)
              to = torch.narrow(torch.narrow(x, 2, top, height), 3, left, width)
              _0 = torch.copy_(to, torch.narrow(torch.narrow(mirror, 2, top, height), 3, left, width))
            else:
              x = torch.add(torch.mul(x, share), torch.mul_(mirror, torch.sub(1., share)))
          return x
        def gradients(SELF, x: Tensor, y: Tensor, mask: Tensor, c: Tensor) -> List[Tensor]:
          torch.set_grad_enabled(False)
          slope = float(c[0])
          parts = int(c[3])
          x = torch.contiguous((self).mix(x, c), memory_format=FORMAT)
          leaves = annotate(List[Tensor], [])
          for w in (self).parameters_of_model():
            _0 = torch.append(leaves, torch.requires_grad_(torch.detach(w)))
          statistics = (self).statistics_of_model()
          xs = torch.chunk(x, parts)
          ys = torch.chunk(y, parts)
          masks = [mask]
          if torch.gt(torch.numel(mask), 0):
            masks = torch.chunk(mask, parts)
          sums = annotate(List[Tensor], [])
          logits = annotate(List[Tensor], [])
          losses = annotate(List[Tensor], [])
          for i in range(parts):
            part = mask
            if torch.gt(torch.numel(mask), 0):
              part = masks[i]
            torch.set_grad_enabled(True)
            inputs = annotate(List[Tensor], [])
            results = annotate(List[Tensor], [])
            z = (self).net(xs[i], leaves, statistics, slope, True, MOMENTUM, part, inputs, results)
            loss = torch.div((self).loss(z, ys[i]), parts)
            found = torch.grad([loss], torch.add(leaves, results), None, None, False, True)
            torch.set_grad_enabled(False)
            torch._foreach_add_((self).counters_of_model(), 1)
            _2 = torch.append(logits, torch.detach(z))
            _3 = torch.append(losses, torch.detach(loss))
            d = 0
            for k in range(torch.len(leaves)):
              if torch.__is__(found[k], None):
                to = torch._unwrap_optional(found[torch.add(torch.len(leaves), d)])
                gradient = (self).depthwise_gradient(inputs[d], to, torch.size(leaves[k], 2))
                d = torch.add(d, 1)
              else:
                gradient = torch._unwrap_optional(found[k])
              if torch.eq(i, 0):
                _4 = torch.append(sums, gradient)
              else:
                _5 = torch.add_(sums[k], gradient)
          out = [torch.to(torch.sum(torch.stack(losses)), FLOAT64), torch.cat(logits)]
          return torch.add(out, sums)
        def apply(SELF, g: List[Tensor], c: Tensor) -> List[Tensor]:
          torch.set_grad_enabled(False)
          (self).update(g, float(c[1]), int(c[2]))
      AVERAGING    return [c]
        def step(SELF, x: Tensor, y: Tensor, mask: Tensor, c: Tensor) -> List[Tensor]:
          found = (self).gradients(x, y, mask, c)
          _0 = (self).apply(torch.slice(found, 2), c)
          return torch.slice(found, 0, 2)
        def evaluate(SELF, x: Tensor, c: Tensor) -> Tensor:
          torch.set_grad_enabled(False)
          x = torch.contiguous(x, memory_format=FORMAT)
          mask = torch.empty([0])
          unused = annotate(List[Tensor], [])
          if torch.gt(float(c[1]), 0.):
            z = (self).net(x, (self).parameters_of_average(), (self).statistics_of_average(), float(c[0]), False, 0., mask, unused, unused)
          else:
            z = (self).net(x, (self).parameters_of_model(), (self).statistics_of_model(), float(c[0]), False, 0., mask, unused, unused)
          return z
        def calibrate(SELF, x: Tensor, c: Tensor) -> List[Tensor]:
          torch.set_grad_enabled(False)
          mask = torch.empty([0])
          seen = int(c[1])
          xs = torch.chunk(torch.contiguous(x, memory_format=FORMAT), int(c[2]))
          for i in range(torch.len(xs)):
            unused = annotate(List[Tensor], [])
            momentum = torch.div(1., torch.add(torch.add(seen, i), 1))
            _0 = (self).net(xs[i], (self).parameters_of_average(), (self).statistics_of_average(), float(c[0]), True, momentum, mask, unused, unused)
          return [c]
        def state(SELF, c: Tensor) -> List[Tensor]:
          return (self).all_state()
      """;
}
