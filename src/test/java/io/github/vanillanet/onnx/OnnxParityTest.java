package io.github.vanillanet.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares the same weights in two runtimes, which share only the list of layers. */
class OnnxParityTest {

  /** Relative to the largest logit. Both round to float32 after each of up to 26 layers. */
  private static final double TOLERANCE = 1e-4;

  private static final int HEIGHT = 128; // the deepest nets halve it five times
  private static final int WIDTH = 160;
  private static final int CLASSES = 10;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      names = {
        "VANILLANET_5",
        "VANILLANET_7",
        "VANILLANET_13",
        "VANILLANET_13_X1_5_ADA_POOL" // gathers its pooling windows
      })
  void theExportedGraphMatchesTheServedArtifact(VanillaNetVariant variant) throws Exception {
    List<Integer> widths =
        IntStream.rangeClosed(0, variant.strides().size()).mapToObj(i -> 16 + 3 * i).toList();
    Network network =
        Network.of(new Architecture(variant, widths, 3, CLASSES, HEIGHT, WIDTH), Form.DEPLOYED);
    StateDict weights = SeededWeights.of(network, 11);
    ByteBuffer input = noise(variant.ordinal());

    float[] served = served(network, weights, input);
    float[] exported;
    try (OnnxNet onnx = new OnnxNet(network, weights, 1)) {
      exported = onnx.forward(input);
    }

    assertThat(exported).hasSize(CLASSES);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < CLASSES; i++) {
      largest = Math.max(largest, Math.abs(served[i]));
      difference = Math.max(difference, Math.abs(served[i] - exported[i]));
    }
    assertThat(difference / largest).isLessThan(TOLERANCE);
  }

  private float[] served(Network network, StateDict weights, ByteBuffer input) throws Exception {
    Path artifact = folder.resolve("model.pt");
    DeployedModule.of(network, weights, Preprocessing.official(HEIGHT, WIDTH), Arithmetic.PUBLISHED)
        .write(artifact);
    try (TorchInstance instance =
        TorchInstance.load(TorchRuntime.load(), artifact, Device.CPU, HEIGHT, WIDTH, 1)) {
      instance.attachToThread();
      return instance.forward(InputKind.NORMALISED, input, 1);
    }
  }

  private static ByteBuffer noise(long seed) {
    Random random = new Random(seed);
    ByteBuffer input =
        ByteBuffer.allocateDirect(InputKind.NORMALISED.sampleBytes(HEIGHT, WIDTH))
            .order(ByteOrder.nativeOrder());
    while (input.hasRemaining()) {
      input.putFloat((float) random.nextGaussian());
    }
    return input.flip();
  }
}
