package io.github.vanillanet.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares targets, losses, their gradients and the moving average with the official ones. */
class LossAndAverageTest {

  private static final JsonNode LOSSES = Oracle.json("recipe/losses.json");
  private static final int CLASSES = 10;

  @Test
  void targetsOfAMixedBatchEqualTheOfficialOnes() {
    float[] targets =
        StepInput.targets(
            labels(), CLASSES, LOSSES.get("smoothing").asDouble(), LOSSES.get("lam").asDouble());

    for (int i = 0; i < targets.length; i++) {
      assertThat((double) targets[i])
          .isCloseTo(
              LOSSES.get("soft_targets").get(i / CLASSES).get(i % CLASSES).asDouble(),
              within(1e-7));
    }
  }

  @Test
  void aClassWeightMultipliesTheShareOfItsLabel() {
    int[] labels = {0, 2};
    float[] plain = StepInput.targets(labels, 3, 0.1, 0.7);
    float[] own = StepInput.targets(labels, 3, 0.1, 1);

    float[] weighted = StepInput.targets(labels, 3, 0.1, 0.7, 2, 1, 0.5);

    for (int k = 0; k < 3; k++) {
      assertThat(weighted[k])
          .isCloseTo(0.7f * 2 * own[k] + 0.3f * 0.5f * own[3 + k], within(1e-6f));
    }
    assertThat(StepInput.targets(labels, 3, 0.1, 0.7, 1, 1, 1)).isEqualTo(plain);
  }

  @Test
  void everyLossAndItsGradientEqualsTheOfficialOne() {
    double smoothing = LOSSES.get("smoothing").asDouble();
    double lambda = LOSSES.get("lam").asDouble();
    check(LossKind.CROSS_ENTROPY, StepInput.targets(labels(), CLASSES, 0, 1), "cross_entropy");
    check(
        LossKind.CROSS_ENTROPY,
        StepInput.targets(labels(), CLASSES, smoothing, 1),
        "label_smoothing_ce_0.1");
    float[] mixed = StepInput.targets(labels(), CLASSES, smoothing, lambda);
    check(LossKind.CROSS_ENTROPY, mixed, "soft_target_ce");
    check(LossKind.BINARY_CROSS_ENTROPY, mixed, "bce_soft_targets");
  }

  private static void check(LossKind loss, float[] targets, String name) {
    JsonNode official = LOSSES.get("cases").get(name);
    float[] logits = new float[targets.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) LOSSES.get("logits").get(i / CLASSES).get(i % CLASSES).asDouble();
    }

    try (LossProbe probe = LossProbe.load(TorchRuntime.load(), loss)) {
      float[] answer = probe.lossAndGradient(logits, targets, CLASSES);

      // float32 rounding of a loss of about 6
      assertThat((double) answer[0])
          .as(name)
          .isCloseTo(official.get("loss").asDouble(), within(2e-6));
      for (int i = 0; i < logits.length; i++) {
        assertThat((double) answer[1 + i])
            .as("%s, gradient %d", name, i)
            .isCloseTo(
                official.get("grad_logits").get(i / CLASSES).get(i % CLASSES).asDouble(),
                within(1e-7));
      }
    }
  }

  @Test
  void theMovingAverageIncludingCountersEqualsThatOfTimm() {
    JsonNode official = Oracle.json("recipe/ema.json");
    JsonNode start = official.get("start");
    JsonNode after = official.get("after");

    assertAveraged(official, start, 1, after.get(0));
    assertAveraged(official, after.get(0).get("ema"), 2, after.get(1));
    for (int i = 3; i < after.size(); i++) {
      assertAveraged(
          official, after.get(i - 1).get("ema"), after.get(i).get("n").asInt(), after.get(i));
    }
  }

  /** Updates the average of a network whose last bias and first counter have the given values. */
  private static void assertAveraged(JsonNode official, JsonNode before, int n, JsonNode after) {
    Recipe recipe =
        Recipes.of(
            "dims: [1, 1, 1, 1], act_num: 0, input_size: 32, optimizer: 'sgd', ema_warmup: false, ema_decay: "
                + official.get("decay").asDouble());
    TrainingSpec spec = new TrainingSpec(recipe, 2, Kernels.PLANAR);
    OptimizerSpec plain = new OptimizerSpec(OptimizerKind.SGD, 0, 0, 0, false, 0, 1, 0);
    Map<String, HostTensor> state =
        new LinkedHashMap<>(TrainingState.fresh(spec).tensors().tensors());
    state.put("model.cls2.0.bias", pair(official.get("model")));
    state.put("model_ema.cls2.0.bias", pair(before));
    state.put("model.stem1.1.num_batches_tracked", counter(n));
    state.put("model_ema.stem1.1.num_batches_tracked", counter(Math.max(0, n - 25_000)));
    List<HostTensor> zeros =
        ParameterGroups.of(spec.network(), 0, 1).stream()
            .map(p -> HostTensor.build(ScalarType.FLOAT32, p.shape(), bytes -> {}))
            .toList();
    TrainingModule module = TrainingModule.of(spec, plain, new StateDict(state));

    try (TrainingEngine engine = TrainingEngine.load(TorchRuntime.load(), Device.CPU, module)) {
      OfficialStep.apply(engine, zeros, new Controls(1, 0, 1, 1, Mixing.NONE));
      StateDict averaged = engine.state();

      float[] ema = averaged.get("model_ema.cls2.0.bias").toFloats();
      assertThat(ema[0]).isEqualTo((float) after.get("ema").get(0).asDouble());
      assertThat(ema[1]).isEqualTo((float) after.get("ema").get(1).asDouble());
      assertThat(averaged.get("model_ema.stem1.1.num_batches_tracked").toDoubles())
          .containsExactly(after.get("num_batches_tracked").asDouble());
    }
  }

  private static HostTensor pair(JsonNode values) {
    return HostTensor.of(
        new float[] {(float) values.get(0).asDouble(), (float) values.get(1).asDouble()}, 2);
  }

  private static HostTensor counter(long value) {
    return HostTensor.build(ScalarType.INT64, new long[0], bytes -> bytes.putLong(value));
  }

  private static int[] labels() {
    int[] labels = new int[LOSSES.get("labels").size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = LOSSES.get("labels").get(i).asInt();
    }
    return labels;
  }
}
