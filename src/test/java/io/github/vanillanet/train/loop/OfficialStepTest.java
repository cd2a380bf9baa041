package io.github.vanillanet.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares one training step with the official PyTorch code. */
class OfficialStepTest {

  private static final OptimizerSpec SGD =
      new OptimizerSpec(OptimizerKind.SGD, 0, 0, 0, false, 0, 1, 0);
  private static final OptimizerSpec LAMB = OptimizerSpec.official(OptimizerKind.LAMB, 0.32, 1, 0);

  /** Relative to the largest value of a tensor; the official float32 deviates by 7.1e-6. */
  private static final double GRADIENT_TOLERANCE = 3e-5;

  @ParameterizedTest
  @EnumSource
  void lossGradientsAndRunningStatisticsEqualTheOfficialOnes(Kernels kernels) {
    try (TrainingEngine engine = OfficialStep.engine(SGD, kernels)) {
      List<float[]> out =
          OfficialStep.gradients(engine, OfficialStep.input(OfficialStep.controls(0, 1)));

      assertThat(out.get(0)[0])
          .isCloseTo((float) OfficialStep.META.get("loss_float64").asDouble(), within(2e-6f));
      StateDict exact = OfficialStep.pack("grads_f64");
      int index = 2;
      for (String name : exact.tensors().keySet()) {
        double[] expected = exact.get(name).toDoubles();
        // at least 1e-5: official float32 gradients reach 3.1e-6 where float64 has 0
        double scale = Math.max(0.33, largest(expected));
        assertCloseAll(name, out.get(index++), expected, GRADIENT_TOLERANCE * scale);
      }
      StateDict state = engine.state();
      StateDict statistics = OfficialStep.pack("bn_after");
      for (String name : statistics.tensors().keySet()) {
        double[] expected = statistics.get(name).toDoubles();
        // means of float32 sums deviate by 1e-6 of the largest value
        assertCloseAll(
            name,
            state.get("model." + name).toFloats(),
            expected,
            2e-6 * Math.max(1, largest(expected)));
      }
    }
  }

  @Test
  void oneSgdStepGivesTheOfficialParameters() {
    try (TrainingEngine engine = OfficialStep.engine(SGD, Kernels.PLANAR)) {
      OfficialStep.apply(engine, gradients(), OfficialStep.controls(0.1, 1));

      assertParameters(engine, "params_after_sgd", 1e-6);
    }
  }

  @Test
  void oneLambStepGivesTheOfficialParameters() {
    try (TrainingEngine engine = OfficialStep.engine(LAMB, Kernels.PLANAR)) {
      OfficialStep.apply(engine, gradients(), OfficialStep.controls(0.0048, 1));

      assertParameters(engine, "params_after_lamb", 1e-6);
    }
  }

  @Test
  void layerDecayGivesTheOfficialParameters() {
    OptimizerSpec decayed = OptimizerSpec.official(OptimizerKind.LAMB, 0.32, 0.8, 0);
    try (TrainingEngine engine = OfficialStep.engine(decayed, Kernels.PLANAR)) {
      OfficialStep.apply(engine, gradients(), OfficialStep.controls(0.0048, 1));

      assertParameters(engine, "params_after_lamb_layerdecay", 1e-6);
    }
  }

  @Test
  void fiveStepsOnOneBatchGiveTheOfficialLosses() {
    // measured: 1.5e-5 for SGD, 3e-7 for LAMB
    assertLosses(SGD, OfficialStep.META.get("sgd"), Kernels.PLANAR, 1e-4);
    assertLosses(LAMB, OfficialStep.META.get("lamb"), Kernels.PLANAR, 1e-5);
    // Another order of summation. SGD is not compared: its steps amplify the difference too much.
    assertLosses(LAMB, OfficialStep.META.get("lamb"), Kernels.PIXELWISE, 1e-3);
  }

  @Test
  void bfloat16ConvolutionsGiveSimilarLossesAndFloat32Weights() {
    JsonNode official = OfficialStep.META.get("lamb");
    for (Kernels kernels : Kernels.values()) {
      try (TrainingEngine engine = OfficialStep.engine(LAMB, kernels, Compute.BFLOAT16)) {
        for (int step = 1; step <= 5; step++) {
          // bfloat16 has 8 significant bits; a wrong step deviates by far more than 0.15
          assertThat(loss(engine, official, step))
              .as(kernels + " step " + step)
              .isCloseTo(
                  official.get("losses_5_steps_same_batch").get(step - 1).asDouble(), within(0.15));
        }
        assertThat(engine.state().get("model.stem1.0.weight").type()).isEqualTo(ScalarType.FLOAT32);
      }
    }
  }

  private static void assertLosses(
      OptimizerSpec optimizer, JsonNode official, Kernels kernels, double tolerance) {
    try (TrainingEngine engine = OfficialStep.engine(optimizer, kernels)) {
      for (int step = 1; step <= 5; step++) {
        assertThat(loss(engine, official, step))
            .as(optimizer.kind() + " step " + step)
            .isCloseTo(
                official.get("losses_5_steps_same_batch").get(step - 1).asDouble(),
                within(tolerance));
      }
    }
  }

  private static double loss(TrainingEngine engine, JsonNode official, int step) {
    Controls controls = OfficialStep.controls(official.get("lr").asDouble(), step);
    return engine.step(OfficialStep.input(controls)).loss();
  }

  private static List<HostTensor> gradients() {
    return List.copyOf(OfficialStep.pack("grads").tensors().values());
  }

  private static void assertParameters(TrainingEngine engine, String pack, double tolerance) {
    StateDict state = engine.state();
    StateDict expected = OfficialStep.pack(pack);
    for (String name : expected.tensors().keySet()) {
      assertCloseAll(
          name,
          state.get("model." + name).toFloats(),
          expected.get(name).toDoubles(),
          tolerance * Math.max(1, largest(expected.get(name).toDoubles())));
    }
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static void assertCloseAll(
      String name, float[] actual, double[] expected, double tolerance) {
    assertThat(actual).as(name).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("%s[%d]", name, i)
          .isCloseTo(expected[i], within(tolerance));
    }
  }
}
