package io.github.vanillanet.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.certify.Probes;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.CalibrationModule;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Int8Module;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The int8 artifact compared with float32. */
class Int8ArtifactTest {

  private static final Probes IMAGES = new Probes(5, 12);

  /**
   * Random nets of a dozen channels: the rounding errors of up to 27 layers do not average out. A
   * wrong scale or order of channels in any layer gives an error of 1.
   */
  private static final double NARROW = 0.35;

  private static final double WIDE = 0.04;

  private final TorchRuntime runtime = TorchRuntime.load();

  @TempDir Path folder;

  @BeforeEach
  void requireVnni() throws IOException {
    assumeThat(Files.readString(Path.of("/proc/cpuinfo")).contains("vnni"))
        .as("this CPU has VNNI")
        .isTrue();
  }

  /**
   * Narrow nets of the official code, among them one with adaptive pools and overlapping patches.
   */
  static List<String> variants() {
    return Nets.goldenVariants().toList();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void int8IsCloseToFloat32InAllMethods(String variant) throws IOException {
    Nets.Net net = Nets.read(variant, "deploy.pth", "model");
    Preprocessing preprocessing =
        Preprocessing.official(size(net).inputHeight(), size(net).inputWidth());
    check(net, preprocessing, NARROW);
  }

  /**
   * Maps smaller than the kernel, sides that no pool divides, rows without a patch, 1×1 kernels.
   */
  @Test
  void anyInputSizeIsAllowed() throws IOException {
    for (int[] size : new int[][] {{66, 45, 3}, {35, 90, 3}, {64, 64, 0}}) {
      int height = size[0];
      int width = size[1];
      List<Integer> widths = List.of(16, 24, 40, 33, 16);
      Architecture odd =
          new Architecture(VanillaNetVariant.VANILLANET_6, widths, size[2], 7, height, width);
      Network network = Network.of(odd, Form.DEPLOYED);
      check(
          new Nets.Net(network, SeededWeights.of(network, 3)),
          Preprocessing.official(height, width),
          WIDE);
    }
  }

  private static Architecture size(Nets.Net net) {
    return net.network().architecture();
  }

  private void check(Nets.Net net, Preprocessing preprocessing, double tolerance)
      throws IOException {
    Architecture architecture = size(net);
    ByteBuffer pixels = pixels(architecture);
    float[] normalised = IMAGES.normalised(preprocessing);
    ByteBuffer tensor =
        InputKind.NORMALISED.buffer(
            IMAGES.count(), architecture.inputHeight(), architecture.inputWidth());
    tensor.asFloatBuffer().put(normalised);
    LastMaps exact;
    ActivationRanges ranges;
    try (TorchInstance float32 =
        load(CalibrationModule.of(net.network(), net.weights(), preprocessing), architecture)) {
      exact = float32.forwardMaps(InputKind.IMAGES, pixels, IMAGES.count());
      ranges = ranges(net.network(), float32.activations(pixels, IMAGES.count()));
    }
    DeployedModule module = Int8Module.of(net.network(), net.weights(), preprocessing, ranges);
    assertThat(Int8Module.of(net.network(), net.weights(), preprocessing, ranges).source())
        .isEqualTo(module.source());
    try (TorchInstance int8 = load(module, architecture)) {
      LastMaps found = int8.forwardMaps(InputKind.IMAGES, pixels, IMAGES.count());

      assertClose(exact.logits(), found.logits(), tolerance);
      assertClose(exact.maps(), found.maps(), 1.5 * tolerance);
      assertThat(found.channels()).isEqualTo(architecture.width(architecture.blocks()));
      assertThat(int8.forward(InputKind.IMAGES, pixels, IMAGES.count()))
          .containsExactly(found.logits());
      float[] ofTensor = int8.forward(InputKind.NORMALISED, tensor, IMAGES.count());
      assertClose(exact.logits(), ofTensor, tolerance);
      assertThat(int8.forwardMaps(InputKind.NORMALISED, tensor, IMAGES.count()).logits())
          .containsExactly(ofTensor);
    }
  }

  /** The root of the mean square of the differences, relative to that of the values. */
  private static void assertClose(float[] expected, float[] found, double tolerance) {
    assertThat(found).hasSameSizeAs(expected);
    double error = 0;
    double power = 0;
    for (int i = 0; i < found.length; i++) {
      error += Math.pow((double) expected[i] - found[i], 2);
      power += Math.pow(expected[i], 2);
    }
    assertThat(Math.sqrt(error / power)).isBetween(1e-6, tolerance);
  }

  static ActivationRanges ranges(Network network, float[] measured) {
    int channels = measured.length / 3;
    return CalibrationModule.ranges(
        network,
        Arrays.copyOf(measured, channels),
        Arrays.copyOfRange(measured, channels, 2 * channels),
        Arrays.copyOfRange(measured, 2 * channels, 3 * channels));
  }

  private static ByteBuffer pixels(Architecture net) {
    ByteBuffer pixels =
        InputKind.IMAGES.buffer(IMAGES.count(), net.inputHeight(), net.inputWidth());
    for (RgbImage image : IMAGES.images(net.inputHeight(), net.inputWidth())) {
      pixels.put(image.rgb());
    }
    return pixels.flip();
  }

  private TorchInstance load(DeployedModule module, Architecture net) throws IOException {
    Path file = Files.createTempFile(folder, "net", ".pt");
    module.write(file);
    TorchInstance instance =
        TorchInstance.load(runtime, file, Device.CPU, net.inputHeight(), net.inputWidth(), 1);
    instance.attachToThread();
    return instance;
  }

  @Test
  void rangesOfAnotherNetAreRejected() {
    Nets.Net net = Nets.read("vanillanet_5", "deploy.pth", "model");
    ActivationRanges.Channels three =
        new ActivationRanges.Channels(
            List.of(0f, 0f, 0f), List.of(1f, 1f, 1f), List.of(0f, 0f, 0f));
    Preprocessing preprocessing =
        Preprocessing.official(size(net).inputHeight(), size(net).inputWidth());

    for (Map<String, ActivationRanges.Channels> bad :
        List.of(Map.<String, ActivationRanges.Channels>of(), Map.of("stem.0", three))) {
      assertThatThrownBy(
              () ->
                  Int8Module.of(
                      net.network(), net.weights(), preprocessing, new ActivationRanges(bad)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(
            () ->
                DeployedModule.of(
                    net.network(),
                    net.weights(),
                    preprocessing,
                    new Arithmetic(Precision.INT8, false)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Extreme weights saturate on a CPU without VNNI. */
  @Test
  void aCpuWithoutVnniIsDetected() throws Exception {
    assertThat(PrecisionProbe.unsupported(runtime, Device.CPU, Precision.INT8)).isEmpty();
    assertThat(inChild("AVX2")).startsWith("unsupported: ");
  }

  private String inChild(String instructions) throws Exception {
    Path output = folder.resolve(instructions);
    ProcessBuilder child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectOutput(output.toFile())
            .redirectError(new File("/dev/null"));
    child.environment().put("ONEDNN_MAX_CPU_ISA", instructions);
    Process process = child.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return Files.readString(output);
  }

  /** Prints whether int8 is supported. */
  static final class Child {

    public static void main(String... arguments) {
      System.out.println(
          PrecisionProbe.unsupported(TorchRuntime.load(), Device.CPU, Precision.INT8)
              .map(reason -> "unsupported: " + reason)
              .orElse("supported"));
    }
  }
}
