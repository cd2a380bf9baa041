package io.github.vanillanet.model.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PeerNetTest {

  @TempDir Path folder;

  /**
   * Parameters of torchvision 0.14's models, less one per channel that has a batch norm: the fold
   * leaves one bias of its two. Multiply-accumulates as in torchvision's table.
   */
  @ParameterizedTest
  @CsvSource({
    "ALEXNET, 61100840, 0, 0.71",
    "RESNET_18, 11689512, 4800, 1.81",
    "RESNET_34, 21797672, 8512, 3.66",
    "RESNET_50, 25557032, 26560, 4.09"
  })
  void sizesAreThoseOfTorchvision(PeerNet net, long published, int normalised, double giga) {
    assertThat(net.cost().parameters()).isEqualTo(published - normalised);
    assertThat(Math.round(net.cost().macs() / 1e7) / 100.0).isEqualTo(giga);
  }

  /**
   * Millions of parameters, which the RepVGG paper cuts after two digits, and 10⁹
   * multiply-accumulates of its table 4.
   */
  @ParameterizedTest
  @CsvSource({
    "REPVGG_A0, 8.30, 1.4",
    "REPVGG_A1, 12.78, 2.4",
    "REPVGG_B0, 14.33, 3.1",
    "REPVGG_B3, 110.96, 26.2"
  })
  void sizesAreThoseOfTheRepVggPaper(PeerNet net, double mega, double giga) {
    assertThat(Math.floor(net.cost().parameters() / 1e4) / 100).isEqualTo(mega);
    assertThat(Math.round(net.cost().macs() / 1e8) / 10.0).isEqualTo(giga);
  }

  @ParameterizedTest
  @EnumSource(
      value = PeerNet.class,
      names = {"RESNET_18", "REPVGG_A0"})
  void theArtifactDependsOnItsInput(PeerNet net) throws Exception {
    Path file = folder.resolve("net.pt");
    net.module(Arithmetic.PUBLISHED).write(file);
    TorchRuntime runtime = TorchRuntime.load();
    try (ModelInstance artifact =
        TorchInstance.load(runtime, file, Device.CPU, PeerNet.INPUT, PeerNet.INPUT, 1)) {
      artifact.attachToThread();
      ByteBuffer image = InputKind.IMAGES.buffer(1, PeerNet.INPUT, PeerNet.INPUT);
      float[] dark = artifact.forward(InputKind.IMAGES, image, 1);
      for (int i = 0; i < image.capacity(); i++) {
        image.put(i, (byte) (31 * i));
      }
      float[] bright = artifact.forward(InputKind.IMAGES, image, 1);

      assertThat(dark).hasSize(1000);
      for (float logit : bright) {
        assertThat(logit).isFinite();
      }
      assertThat(Arrays.equals(dark, bright)).isFalse();
    }
  }
}
