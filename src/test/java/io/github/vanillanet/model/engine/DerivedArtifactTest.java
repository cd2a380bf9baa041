package io.github.vanillanet.model.engine;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The artifacts of other precisions, which are derived from the published one. */
class DerivedArtifactTest {

  private final Path folder;
  private final Artifacts artifacts;

  DerivedArtifactTest(@TempDir Path folder) {
    this.folder = folder;
    this.artifacts = new Artifacts(folder);
  }

  @Test
  void roundsAllWeightsButTheClassifiersOnce() throws IOException {
    Nets.Net net = Nets.read("vanillanet_5", "deploy.pth", "model");

    Path published = artifacts.published(net);
    Path half = artifacts.derived(net, new Arithmetic(Precision.FLOAT16, false));

    assertThat(ScriptWeights.read(published).tensors().keySet())
        .containsExactlyInAnyOrderElementsOf(net.weights().tensors().keySet());
    assertThat(ScriptWeights.read(published).sha256()).isEqualTo(net.weights().sha256());
    StateDict rounded = ScriptWeights.read(half);
    rounded
        .tensors()
        .forEach(
            (name, tensor) -> {
              ScalarType type = name.startsWith("cls") ? ScalarType.FLOAT32 : ScalarType.FLOAT16;
              assertThat(tensor.type()).as(name).isEqualTo(type);
              assertThat(tensor.toFloats())
                  .containsExactly(net.weights().get(name).to(type).toFloats());
            });
    assertThat(rounded.tensors()).hasSameSizeAs(net.weights().tensors());
  }

  @Test
  void theSameVersionGivesTheSameBytes() throws IOException {
    Nets.Net net = Nets.read("vanillanet_5", "deploy.pth", "model");
    Arithmetic arithmetic = new Arithmetic(Precision.BFLOAT16, true);

    assertThat(artifacts.derived(net, arithmetic))
        .hasSameBinaryContentAs(artifacts.derived(net, arithmetic));
    assertThat(artifacts.derived(net, Arithmetic.PUBLISHED))
        .hasSameBinaryContentAs(artifacts.derived(net, Arithmetic.PUBLISHED));
  }

  @Test
  void theSourceContainsTheSwitches() {
    // the last four of _convolution: benchmark, deterministic, cuDNN, TF32
    assertThat(source(Arithmetic.PUBLISHED))
        .contains("False, False, True, False)")
        .doesNotContain("True, False, True", "True, True)", "memory_format=2");
    assertThat(source(new Arithmetic(Precision.FLOAT32, true)))
        .contains(", True, False, True, False)")
        .doesNotContain("memory_format=2");
    assertThat(source(new Arithmetic(Precision.TF32, false)))
        .contains(", False, False, True, True)", "memory_format=2");
    assertThat(source(new Arithmetic(Precision.FLOAT16, false)))
        .contains("torch.to(x, 5), memory_format=2)", "x = torch.to(x, 6)");
  }

  @Test
  void rejectsAnArtifactOfAnotherNet() throws IOException {
    Nets.Net five = Nets.read("vanillanet_5", "deploy.pth", "model");
    Nets.Net seven = Nets.read("vanillanet_7", "deploy.pth", "model");
    Path garbage = Files.writeString(folder.resolve("garbage.pt"), "not an archive");

    for (Path file : new Path[] {garbage, artifacts.published(seven), folder.resolve("none.pt")}) {
      assertThatThrownBy(
              () -> artifacts.derive(file, five, new Arithmetic(Precision.FLOAT16, false)))
          .has(code(ErrorCode.BAD_ARTIFACT))
          .hasMessageContaining(file.getFileName().toString())
          .hasMessageNotContaining("\n");
    }
  }

  private static String source(Arithmetic arithmetic) {
    Nets.Net net = Nets.read("vanillanet_5", "deploy.pth", "model");
    Preprocessing preprocessing = Artifacts.preprocessing(net.network().architecture());
    return DeployedModule.of(net.network(), net.weights(), preprocessing, arithmetic).source();
  }
}
