package io.github.vanillanet.model.fuse;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Float64Reference;
import io.github.vanillanet.model.engine.Nets;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReparameterizerTest {

  /** Both sides are float64; the fuse changes the order of sums of up to 4096 products. */
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
  void theFusedNetMatchesTheOfficialTrainingNetInFloat64(String variant) {
    for (String key : new String[] {"model", "model_ema"}) {
      Nets.Net net = Nets.read(variant, "checkpoint-3.pth", key);
      Network deployed = Network.of(net.network().architecture(), Form.DEPLOYED);
      HostTensor input = Nets.input(variant);

      StateDict fused = Reparameterizer.fuse(net.network(), net.weights(), 1, reference::product);

      assertThat(fused.tensors().keySet())
          .containsExactlyElementsOf(ParameterTable.of(deployed).shapes().keySet());
      assertThat(fused.tensors().values()).allMatch(tensor -> tensor.type() == ScalarType.FLOAT64);
      double[] logits =
          reference.logits(deployed, fused, 1, input.toFloats(), (int) input.shape()[0]);
      double[] golden = Nets.golden(variant, "logits." + key + ".act1.f64");
      assertThat(Nets.maxDelta(logits, golden)).isLessThan(TOLERANCE);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.37, 0.999999, 1.000001, Double.NaN})
  void rejectsAnySlopeOtherThanOne(double slope) {
    Nets.Net net = Nets.read("vanillanet_5", "checkpoint-3.pth", "model");

    assertThatThrownBy(
            () -> Reparameterizer.fuse(net.network(), net.weights(), slope, reference::product))
        .has(code(ErrorCode.NOT_EQUIVALENT));
  }

  @Test
  void rejectsTheDeployedForm() {
    Nets.Net net = Nets.read("vanillanet_5", "deploy.pth", "model");

    assertThatThrownBy(
            () -> Reparameterizer.fuse(net.network(), net.weights(), 1, reference::product))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rejectsWeightsOfAnotherNet() {
    Nets.Net five = Nets.read("vanillanet_5", "checkpoint-3.pth", "model");
    Nets.Net seven = Nets.read("vanillanet_7", "checkpoint-3.pth", "model");

    assertThatThrownBy(
            () -> Reparameterizer.fuse(five.network(), seven.weights(), 1, reference::product))
        .has(code(ErrorCode.BAD_CHECKPOINT));
  }
}
