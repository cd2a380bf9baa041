package io.github.vanillanet.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.model.checkpoint.HostTensor;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares with float64 logits of the official code, computed from the same files. */
class Float64ReferenceTest {

  /** Both sides are float64; sums of up to 4096 products may have another order. */
  private static final double TOLERANCE = 1e-10;

  private static Float64Reference reference;

  @BeforeAll
  static void open() {
    reference = new Float64Reference(TorchRuntime.load());
  }

  @AfterAll
  static void close() {
    reference.close();
  }

  @ParameterizedTest
  @MethodSource("io.github.vanillanet.model.engine.Nets#goldenVariants")
  void theTrainingFormMatchesTheOfficialCodeAtEverySlope(String variant) {
    for (String key : List.of("model", "model_ema")) {
      Nets.Net net = Nets.read(variant, "checkpoint-3.pth", key);
      for (String slope : List.of("1", "0", "0.37")) {
        double[] logits = logits(variant, net, Double.parseDouble(slope));

        double[] golden = Nets.golden(variant, "logits." + key + ".act" + slope + ".f64");
        assertThat(Nets.maxDelta(logits, golden)).isLessThan(TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.github.vanillanet.model.engine.Nets#goldenVariants")
  void theDeployedFormMatchesTheOfficialCode(String variant) {
    double[] ofEma = logits(variant, Nets.read(variant, "deploy.pth", "model"), 1);
    double[] ofModel = logits(variant, Nets.read(variant, "deploy_from_model.pth", "model"), 1);

    // The files have float32 weights, the golden logits come from float64 ones: 1e-4 is the limit
    // of the official float32 code.
    assertThat(Nets.maxDelta(ofEma, Nets.golden(variant, "logits.model_ema.deploy")))
        .isLessThan(1e-4);
    assertThat(Nets.maxDelta(ofModel, Nets.golden(variant, "logits.model.deploy")))
        .isLessThan(1e-4);
  }

  private static double[] logits(String variant, Nets.Net net, double slope) {
    HostTensor input = Nets.input(variant);
    return reference.logits(
        net.network(), net.weights(), slope, input.toFloats(), (int) input.shape()[0]);
  }

  @Test
  void multipliesMatricesInFloat64() {
    HostTensor a = HostTensor.of(new double[] {1, 1e-12, 2, 3}, 2, 2);
    HostTensor b = HostTensor.of(new float[] {1, 2, 1, 4}, 2, 2);

    HostTensor product = reference.product(a, b);

    assertThat(product.shape()).containsExactly(2, 2);
    assertThat(product.toDoubles()).containsExactly(1 + 1e-12, 2 + 4e-12, 5, 16);
  }
}
