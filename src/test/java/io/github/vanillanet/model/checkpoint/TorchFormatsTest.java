package io.github.vanillanet.model.checkpoint;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One small file for each feature of the format. The folder's README describes their origin. */
class TorchFormatsTest {

  private static final Path FILES = Path.of("src/test/resources/checkpoint");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "protocol2",
        "protocol3",
        "protocol4",
        "protocol5",
        "legacy2",
        "legacy3",
        "legacy4",
        "legacy5",
        "deflated",
        "rootless"
      })
  void everyPackagingOfTheSameWeightsGivesTheSameDigest(String name) {
    TorchCheckpoint checkpoint = read(name);

    StateDict weights = checkpoint.weights();
    assertThat(checkpoint.key()).isEqualTo("model");
    assertThat(weights.tensors().keySet())
        .containsExactly("conv.weight", "conv.bias", "bn.running_var", "bn.num_batches_tracked");
    assertThat(weights.get("conv.weight").hasShape(3, 2, 1, 1)).isTrue();
    assertThat(weights.get("conv.weight").toDoubles())
        .containsExactly(-1, -0.875, -0.75, -0.625, -0.5, -0.375);
    assertThat(weights.get("bn.running_var").toDoubles()).containsExactly(1, 1.125, 1.25);
    assertThat(weights.get("bn.num_batches_tracked").toDoubles()).containsExactly(7);
    assertThat(weights.sha256()).isEqualTo(read("protocol2").weights().sha256());
  }

  @Test
  void everyElementTypeKeepsTypeAndValues() {
    StateDict weights = read("types").weights();

    assertThat(weights.tensors()).hasSize(8);
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              assertThat(tensor.type().name()).isEqualToIgnoringCase(name);
              assertThat(tensor.toDoubles())
                  .isEqualTo(
                      tensor.type().isFloatingPoint()
                          ? new double[] {-1, -0.875, -0.75, -0.625, -0.5, -0.375}
                          : new double[] {-1, 0, 0, 0, 0, 0});
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"layouts", "layouts_legacy"})
  void stridedSharedExpandedAndEmptyTensorsBecomeDense(String name) {
    StateDict strided = read(name).weights();

    assertThat(strided.sha256()).isEqualTo(read("layouts_dense").weights().sha256());
    assertThat(strided.get("expanded").toDoubles())
        .containsExactly(-1, -.875, -.75, -1, -.875, -.75, -1, -.875, -.75, -1, -.875, -.75);
    assertThat(strided.get("empty").shape()).containsExactly(0, 3);
    assertThat(strided.get("scalar").shape()).isEmpty();
  }

  @Test
  void dataParallelPrefixesAreRemoved() {
    TorchCheckpoint parallel = read("parallel");

    assertThat(parallel.key()).isEmpty();
    assertThat(parallel.weights().tensors().keySet())
        .startsWith("conv.weight", "conv.bias", "bn.weight");
    assertThat(parallel.weights().sha256()).isEqualTo(read("module_key").weights().sha256());
    assertThat(read("module_key").key()).isEqualTo("module");
  }

  @Test
  void parametersAreReadAsTensors() {
    assertThat(read("parameters").key()).isEqualTo("state_dict");
    assertThat(read("parameters").weights().get("conv.bias").toDoubles())
        .containsExactly(-1, -0.875, -0.75);
    assertThat(read("parameter_with_state").weights().get("weight").toDoubles())
        .containsExactly(-1, -0.875);
  }

  @Test
  void otherContentIsReadAsInertValues() {
    TorchCheckpoint training = read("training");

    assertThat(training.key()).as("model_ema is None").isEqualTo("model");
    assertThat(training.epoch()).hasValue(12);
    assertThat(training.trainingArguments())
        .containsEntry("lr", 0.5)
        .containsEntry("output", "/a/b")
        .containsEntry("flag", true)
        .containsEntry("decay_epochs", 100L)
        .hasSize(4);
  }

  @Test
  void trainingArgumentsAreTheSimpleValues() {
    assertThat(read("arguments2").trainingArguments())
        .containsEntry("lr", 0.5)
        .containsEntry("i", 4L)
        .containsEntry("b", true)
        .containsEntry("p", "/a/b")
        .containsEntry("neg", -5L)
        .containsEntry("big", java.math.BigInteger.ONE.shiftLeft(70))
        .containsEntry("u", "\u00e9\u4e2d")
        .hasSize(7);
  }

  @Test
  void anAbsentKeyIsRejectedWithAListOfTheKeys() {
    assertThatThrownBy(
            () -> TorchCheckpoint.read(FILES.resolve("training.pth"), Optional.of("ema")))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContaining("training.pth")
        .hasMessageContaining("model, optimizer, epoch, scaler, args, model_ema");
  }

  @Test
  void valuesOtherThanTensorsAreRejectedWithTheirNames() {
    assertThatThrownBy(
            () -> TorchCheckpoint.read(FILES.resolve("training.pth"), Optional.of("scaler")))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContaining("scaler")
        .hasMessageContaining("scale (a float)");
  }

  @Test
  void aPickledModuleHasTheTensorsOfItsStateDict() {
    StateDict module = read("whole_module").weights();

    assertThat(module.tensors().keySet())
        .containsExactlyElementsOf(read("module_key").weights().tensors().keySet());
    assertThat(module.get("conv.weight").hasShape(3, 2, 1, 1)).isTrue();
  }

  @Test
  void aTorchScriptArchiveIsRejected() {
    assertThatThrownBy(() -> read("torchscript"))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContaining("TorchScript");
  }

  private static TorchCheckpoint read(String name) {
    return TorchCheckpoint.read(FILES.resolve(name + ".pth"), Optional.empty());
  }
}
