package io.github.vanillanet.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads files that the official trainer and its switch_to_deploy wrote. */
class OfficialCheckpointsTest {

  private static final Path ORACLE = Path.of("src/test/resources/oracle");

  @Test
  void everyTensorEqualsItsRawArray() throws IOException {
    Path folder = ORACLE.resolve("gradient_step");
    JsonNode tensors =
        new ObjectMapper().readTree(folder.resolve("before.json").toFile()).get("tensors");
    ByteBuffer raw = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("before.bin")));

    StateDict weights =
        TorchCheckpoint.read(folder.resolve("before.pth"), Optional.empty()).weights();

    for (JsonNode tensor : tensors) {
      HostTensor read = weights.get(tensor.get("name").asText());
      assertThat(read.shape())
          .isEqualTo(new ObjectMapper().treeToValue(tensor.get("shape"), long[].class));
      assertThat(read.type().name()).isEqualToIgnoringCase(tensor.get("dtype").asText());
      assertThat(read.bytes())
          .isEqualTo(raw.slice(tensor.get("offset").asInt(), tensor.get("bytes").asInt()));
    }
    assertThat(weights.tensors()).hasSize(tensors.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vanillanet_5",
        "vanillanet_7",
        "vanillanet_10",
        "vanillanet_13",
        "vanillanet_13_x1_5_ada_pool"
      })
  void aTrainingCheckpointPrefersTheAverageAndHasEpochAndArguments(String variant) {
    Path file = ORACLE.resolve("models/" + variant + "/checkpoint-3.pth");

    TorchCheckpoint average = TorchCheckpoint.read(file, Optional.empty());
    TorchCheckpoint model = TorchCheckpoint.read(file, Optional.of("model"));

    assertThat(average.key()).isEqualTo("model_ema");
    assertThat(model.key()).isEqualTo("model");
    assertThat(average.epoch()).hasValue(3);
    assertThat(average.trainingArguments()).containsEntry("model", variant).containsKey("lr");
    assertThat(average.weights().tensors().keySet())
        .isEqualTo(model.weights().tensors().keySet())
        .contains("stem1.1.running_var", "stem1.1.num_batches_tracked", "cls2.0.weight");
    assertThat(average.weights().sha256()).isNotEqualTo(model.weights().sha256());
    assertThat(average.weights().get("stem1.1.num_batches_tracked"))
        .returns(ScalarType.INT64, HostTensor::type)
        .returns(1, HostTensor::elementCount);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vanillanet_5", "vanillanet_10", "vanillanet_13_x1_5_ada_pool"})
  void aDeployFileHoldsFusedWeightsUnderModel(String variant) {
    for (String name : new String[] {"deploy.pth", "deploy_from_model.pth"}) {
      TorchCheckpoint deploy =
          TorchCheckpoint.read(ORACLE.resolve("models/" + variant + '/' + name), Optional.empty());

      assertThat(deploy.key()).isEqualTo("model");
      assertThat(deploy.epoch()).isEmpty();
      assertThat(deploy.trainingArguments()).isEmpty();
      assertThat(deploy.weights().tensors().keySet())
          .contains("stages.0.conv.weight", "stem.0.weight", "cls.2.weight")
          .noneMatch(tensor -> tensor.contains("running"));
    }
  }
}
