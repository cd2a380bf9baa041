package io.github.vanillanet.model.network;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterTableTest {

  private static final Architecture NARROW =
      new Architecture(VanillaNetVariant.VANILLANET_5, List.of(4, 8, 8, 12), 2, 7, 64, 96);

  @Test
  void readsWidthsClassesAndKernelFromEitherForm() {
    for (Form form : Form.values()) {
      StateDict weights = SeededWeights.of(Network.of(NARROW, form), 1);

      Network read = ShapeReader.read(weights, VanillaNetVariant.VANILLANET_5, 64, 96);

      assertThat(read).isEqualTo(Network.of(NARROW, form));
    }
  }

  @Test
  void listsAllProblemsAtOnce() {
    Network network = Network.of(NARROW, Form.TRAINING);
    Map<String, HostTensor> tensors = new LinkedHashMap<>(SeededWeights.of(network, 1).tensors());
    tensors.remove("stem1.0.bias");
    tensors.remove("stages.2.act.bn.running_var");
    tensors.put("head.weight", HostTensor.of(new float[2], 2));
    tensors.put("stages.1.conv1.0.weight", HostTensor.of(new float[8 * 9], 8, 9, 1, 1));

    assertThatThrownBy(() -> ParameterTable.of(network).select(new StateDict(tensors)))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContainingAll(
            "stem1.0.bias",
            "stages.2.act.bn.running_var",
            "head.weight",
            "stages.1.conv1.0.weight",
            "[8, 8, 1, 1]",
            "[8, 9, 1, 1]");
  }

  @Test
  void batchCountersAreOptional() {
    Network network = Network.of(NARROW, Form.TRAINING);
    StateDict without = SeededWeights.of(network, 1);
    Map<String, HostTensor> with = new LinkedHashMap<>(without.tensors());
    with.put("stem1.1.num_batches_tracked", HostTensor.of(new double[1], 1));

    StateDict selected = ParameterTable.of(network).select(new StateDict(with));

    assertThat(selected.tensors()).isEqualTo(without.tensors());
  }

  @Test
  void aCounterWithoutABatchNormIsExtra() {
    Network network = Network.of(NARROW, Form.TRAINING);
    Map<String, HostTensor> tensors = new LinkedHashMap<>(SeededWeights.of(network, 1).tensors());
    tensors.put("elsewhere.num_batches_tracked", HostTensor.of(new double[1], 1));

    assertThatThrownBy(() -> ParameterTable.of(network).select(new StateDict(tensors)))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContaining("elsewhere.num_batches_tracked");
  }

  @Test
  void rejectsWeightsOfAnotherNet() {
    StateDict other = new StateDict(Map.of("conv1.weight", HostTensor.of(new float[1], 1)));

    assertThatThrownBy(() -> ShapeReader.read(other, VanillaNetVariant.VANILLANET_5, 224, 224))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContainingAll("stem1.0.weight", "stem.0.weight", "conv1.weight");
  }

  @Test
  void listsTheBlocksOfADeeperNetAsExtra() {
    StateDict deeper =
        SeededWeights.of(
            Network.of(
                new Architecture(
                    VanillaNetVariant.VANILLANET_6, List.of(4, 8, 8, 12, 12), 3, 7, 64, 64),
                Form.DEPLOYED),
            1);

    Network five = ShapeReader.read(deeper, VanillaNetVariant.VANILLANET_5, 64, 64);

    assertThatThrownBy(() -> ParameterTable.of(five).select(deeper))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContainingAll("stages.3.conv.weight", "stages.3.act.bias");
  }
}
