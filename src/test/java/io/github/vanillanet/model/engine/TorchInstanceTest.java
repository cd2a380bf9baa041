package io.github.vanillanet.model.engine;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.fuse.Reparameterizer;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of loaded artifacts. */
class TorchInstanceTest extends TorchInstances {

  /** The official float32 code differs from float64 by up to 8e-5 on these nets. */
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @MethodSource("io.github.vanillanet.model.engine.Nets#goldenVariants")
  void theFusedNetMatchesTheOfficialOne(String variant) throws IOException {
    for (String key : List.of("model", "model_ema")) {
      Nets.Net net = Nets.read(variant, "checkpoint-3.pth", key);
      Network deployed = Network.of(net.network().architecture(), Form.DEPLOYED);
      StateDict fused;
      try (Float64Reference reference = new Float64Reference(runtime)) {
        fused = Reparameterizer.fuse(net.network(), net.weights(), 1, reference::product);
      }

      double[] served = served(variant, deployed, float32(fused));

      assertThat(Nets.maxDelta(served, Nets.golden(variant, "logits." + key + ".act1")))
          .isLessThan(TOLERANCE);
      assertThat(Nets.maxDelta(served, Nets.golden(variant, "logits." + key + ".deploy")))
          .isLessThan(TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("io.github.vanillanet.model.engine.Nets#goldenVariants")
  void theOfficialDeployFileMatchesTheOfficialNet(String variant) throws IOException {
    Nets.Net net = Nets.read(variant, "deploy.pth", "model");

    double[] served = served(variant, net.network(), net.weights());

    assertThat(Nets.maxDelta(served, Nets.golden(variant, "logits.model_ema.deploy")))
        .isLessThan(TOLERANCE);
  }

  private double[] served(String variant, Network deployed, StateDict weights) throws IOException {
    HostTensor input = Nets.input(variant);
    ByteBuffer direct = direct(input.bytes());
    try (TorchInstance published = load(deployed, weights);
        TorchInstance onCpu = loadOnCpu(deployed, weights)) {
      int samples = (int) input.shape()[0];
      double[] logits = doubles(published.forward(InputKind.NORMALISED, direct, samples));
      double[] fast = doubles(onCpu.forward(InputKind.NORMALISED, direct, samples));
      assertThat(Nets.maxDelta(fast, logits)).isLessThan(TOLERANCE);
      return fast;
    }
  }

  private static double[] doubles(float[] values) {
    return HostTensor.of(values, values.length).toDoubles();
  }

  @Test
  void servesOddWidthsAndNonSquareInputs() throws IOException {
    Architecture odd =
        new Architecture(
            VanillaNetVariant.VANILLANET_7, List.of(5, 7, 11, 13, 17, 19), 1, 3, 71, 98);
    Network deployed = Network.of(odd, Form.DEPLOYED);
    StateDict weights = SeededWeights.of(deployed, 7);
    float[] input = new float[3 * 71 * 98];
    Random random = new Random(7);
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) random.nextGaussian();
    }
    ByteBuffer direct =
        ByteBuffer.allocateDirect(input.length * Float.BYTES).order(ByteOrder.nativeOrder());
    direct.asFloatBuffer().put(input);

    try (TorchInstance published = load(deployed, weights);
        TorchInstance onCpu = loadOnCpu(deployed, weights);
        Float64Reference reference = new Float64Reference(runtime)) {
      double[] golden = reference.logits(deployed, weights, 1, input, 1);
      for (TorchInstance instance : List.of(published, onCpu)) {
        double[] logits = doubles(instance.forward(InputKind.NORMALISED, direct, 1));

        assertThat(Nets.maxDelta(logits, golden)).isLessThan(1e-5);
      }
    }
  }

  /** The last maps have 1×1, 2×2, 3×3 and 2×5 pixels, and kernels up to 9×9. */
  @ParameterizedTest
  @CsvSource({"32, 32, 3", "64, 64, 3", "96, 96, 2", "64, 160, 4", "48, 80, 1"})
  void smallNetsGiveTheSameAnswersInAllForms(int height, int width, int actNum) throws IOException {
    Network deployed =
        Network.of(
            new Architecture(
                VanillaNetVariant.VANILLANET_6,
                List.of(16, 16, 24, 32, 32),
                actNum,
                5,
                height,
                width),
            Form.DEPLOYED);
    StateDict weights = SeededWeights.of(deployed, 9);
    byte[] pixels = new byte[2 * 3 * height * width];
    new Random(9).nextBytes(pixels);
    ByteBuffer images = direct(ByteBuffer.wrap(pixels));
    float[] normalised = new float[pixels.length];
    normalised(pixels, 2, height * width).asFloatBuffer().get(normalised);

    Path artifact = write(deployed, weights);
    double[] whole = doubles(PlainForward.of(runtime, artifact, images, 2, height, width));
    try (TorchInstance published = load(artifact, deployed.architecture());
        TorchInstance onCpu = loadOnCpu(deployed, weights);
        Float64Reference reference = new Float64Reference(runtime)) {
      double[] golden = reference.logits(deployed, weights, 1, normalised, 2);
      assertThat(Nets.maxDelta(whole, golden)).isLessThan(1e-5);
      for (TorchInstance instance : List.of(published, onCpu)) {
        float[] prepared = instance.forward(InputKind.IMAGES, images, 2);

        assertThat(Nets.maxDelta(doubles(prepared), golden)).isLessThan(1e-5);
        assertThat(instance.forwardMaps(InputKind.IMAGES, images, 2).logits())
            .containsExactly(prepared);
      }
    }
  }

  @Test
  void severalThreadsShareASmallNet() throws Exception {
    Network deployed = Network.of(small(), Form.DEPLOYED);
    byte[] pixels = new byte[3 * 64 * 64];
    new Random(3).nextBytes(pixels);
    ByteBuffer image = direct(ByteBuffer.wrap(pixels));
    try (TorchInstance instance = loadOnCpu(deployed, SeededWeights.of(deployed, 3))) {
      float[] expected = instance.forward(InputKind.IMAGES, image, 1);
      ExecutorService threads = Executors.newFixedThreadPool(3);
      try {
        List<Future<?>> lanes = new ArrayList<>();
        for (int lane = 0; lane < 3; lane++) {
          lanes.add(
              threads.submit(
                  () -> {
                    instance.attachToThread();
                    for (int i = 0; i < 200; i++) {
                      assertThat(instance.forward(InputKind.IMAGES, image.duplicate(), 1))
                          .containsExactly(expected);
                    }
                  }));
        }
        for (Future<?> lane : lanes) {
          lane.get();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  void bothInputMethodsAndEveryBatchSizeAgree() throws IOException {
    Network deployed = Network.of(small(), Form.DEPLOYED);
    StateDict weights = SeededWeights.of(deployed, 3);
    byte[] pixels = new byte[3 * 3 * 64 * 64];
    new Random(3).nextBytes(pixels);
    ByteBuffer images = direct(ByteBuffer.wrap(pixels));
    ByteBuffer tensor = normalised(pixels, 3, 64 * 64);

    try (TorchInstance published = load(deployed, weights);
        TorchInstance onCpu = loadOnCpu(deployed, weights)) {
      for (TorchInstance instance : List.of(published, onCpu)) {
        float[] ofImages = instance.forward(InputKind.IMAGES, images, 3);
        float[] ofTensor = instance.forward(InputKind.NORMALISED, tensor, 3);

        assertThat(ofImages).hasSize(15).containsExactly(ofTensor);
        float[] alone = instance.forward(InputKind.IMAGES, images.slice(0, pixels.length / 3), 1);
        for (int i = 0; i < alone.length; i++) {
          assertThat((double) alone[i]).isCloseTo(ofImages[i], offset(1e-5));
        }
      }
    }
  }

  @Test
  void rejectsAFileThatIsNotAnArchive() throws IOException {
    Path garbage = Files.writeString(folder.resolve("garbage.pt"), "not an archive");

    assertThatThrownBy(() -> TorchInstance.load(runtime, garbage, Device.CPU, 64, 64, 1))
        .has(code(ErrorCode.BAD_ARTIFACT))
        .hasMessageContaining("garbage.pt")
        .hasMessageNotContaining("\n");
  }

  @Test
  void rejectsADeviceThatDoesNotExist() {
    assertThatThrownBy(() -> runtime.resolve("cuda:99"))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContaining("vanillanet.device=cuda:99");
    assertThatThrownBy(() -> runtime.resolve("tpu"))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContaining("'tpu'");
  }
}
