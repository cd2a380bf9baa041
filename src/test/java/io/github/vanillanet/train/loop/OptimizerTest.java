package io.github.vanillanet.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares AdamW, Nesterov SGD and clipping with their formulas in float64, over three steps. */
class OptimizerTest {

  private static final double RATE = 0.01;
  private static final int STEPS = 3;

  @Test
  void adamWFollowsItsFormula() {
    OptimizerSpec spec = OptimizerSpec.official(OptimizerKind.ADAMW, 0.1, 1, 0);

    check(
        spec,
        (w, g, decay, t, state) -> {
          state[0] = 0.9 * state[0] + 0.1 * g;
          state[1] = 0.999 * state[1] + 0.001 * g * g;
          double m = state[0] / (1 - Math.pow(0.9, t));
          double v = state[1] / (1 - Math.pow(0.999, t));
          return w * (1 - RATE * decay) - RATE * m / (Math.sqrt(v) + 1e-8);
        },
        1);
  }

  @Test
  void nesterovSgdFollowsItsFormula() {
    OptimizerSpec spec = OptimizerSpec.official(OptimizerKind.SGD, 0.1, 1, 0);

    check(
        spec,
        (w, g, decay, t, state) -> {
          double d = g + decay * w;
          state[0] = 0.9 * state[0] + d;
          return w - RATE * (d + 0.9 * state[0]);
        },
        1);
  }

  @Test
  void gradientsAreClippedToTheirGlobalNorm() {
    OptimizerSpec clipped = new OptimizerSpec(OptimizerKind.SGD, 0, 0, 0, false, 0, 1, 0.5);
    double norm = OfficialStep.META.get("global_grad_norm").asDouble();

    check(clipped, (w, g, decay, t, state) -> w - RATE * g, 0.5 / (norm + 1e-6));
  }

  private interface Formula {
    double next(double weight, double gradient, double decay, int step, double[] state);
  }

  private static void check(OptimizerSpec spec, Formula formula, double gradientScale) {
    StateDict before = OfficialStep.pack("before");
    List<HostTensor> gradients = new ArrayList<>(OfficialStep.pack("grads").tensors().values());
    List<ParameterGroups.Parameter> parameters =
        ParameterGroups.of(
            OfficialStep.spec(spec.kind(), Kernels.PLANAR, Compute.FLOAT32).network(),
            spec.weightDecay(),
            1);
    try (TrainingEngine engine = OfficialStep.engine(spec, Kernels.PLANAR)) {
      for (int step = 1; step <= STEPS; step++) {
        OfficialStep.apply(engine, gradients, OfficialStep.controls(RATE, step));
      }
      StateDict after = engine.state();

      for (int i = 0; i < parameters.size(); i++) {
        ParameterGroups.Parameter parameter = parameters.get(i);
        double[] weights = before.get(parameter.name()).toDoubles();
        double[] gradient = gradients.get(i).toDoubles();
        float[] actual = after.get("model." + parameter.name()).toFloats();
        for (int k = 0; k < weights.length; k++) {
          double weight = weights[k];
          double[] state = new double[2];
          for (int step = 1; step <= STEPS; step++) {
            weight =
                formula.next(
                    weight, gradient[k] * gradientScale, parameter.weightDecay(), step, state);
          }
          // float32 rounds weights up to 2 and steps up to 1
          assertThat((double) actual[k])
              .as("%s[%d]", parameter.name(), k)
              .isCloseTo(weight, within(2e-6 * Math.max(1, Math.abs(weight))));
        }
      }
    }
  }
}
