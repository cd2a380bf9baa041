package io.github.vanillanet.model.engine;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.certify.Probes;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares artifacts of reduced precision with the float64 logits of the same weights. */
class ReducedPrecisionTest {

  private static final double CERTIFIED = 1e-2;

  /**
   * Relative to the largest logit. The certificate allows 1e-2. bfloat16 has eight times the
   * rounding error of float16. In nets of a dozen channels it does not average out: most of them
   * exceed the certificate's bound.
   */
  private static double tolerance(Precision precision) {
    return precision == Precision.BFLOAT16 ? 8e-2 : CERTIFIED;
  }

  private final TorchRuntime runtime = TorchRuntime.load();
  private final Probes probes = new Probes(11, 3);

  private final Artifacts artifacts;

  ReducedPrecisionTest(@TempDir Path folder) {
    artifacts = new Artifacts(folder);
  }

  static Stream<Arguments> netsAndPrecisions() {
    return Nets.goldenVariants()
        .flatMap(
            variant ->
                Stream.of(Precision.TF32, Precision.FLOAT16, Precision.BFLOAT16)
                    .map(precision -> Arguments.of(variant, precision)));
  }

  @ParameterizedTest
  @MethodSource("netsAndPrecisions")
  void thePathOfAGpuMatchesFloat64(String variant, Precision precision) throws IOException {
    Nets.Net net = Nets.read(variant, "deploy.pth", "model");
    Architecture architecture = net.network().architecture();
    Path artifact = artifacts.derived(net, new Arithmetic(precision, true));

    float[] served =
        PlainForward.of(
            runtime, artifact, pixels(architecture), probes.count(), architecture.inputHeight());

    assertClose(tolerance(precision), served, golden(net));
    LastMaps maps =
        PlainForward.maps(
            runtime, artifact, pixels(architecture), probes.count(), architecture.inputHeight());
    assertThat(maps.logits()).containsExactly(served);
    assertThat(maps.channels()).isEqualTo(architecture.width(architecture.blocks()));
    assertThat(maps.features()).hasSize(probes.count() * maps.channels());
    if (precision != Precision.TF32) {
      assertClose(1e-5, served, classified(net, maps));
    }
  }

  /** The classifier of float32 applied to the features. */
  private static double[] classified(Nets.Net net, LastMaps maps) {
    List<Layer> layers = net.network().layers();
    String last = ((Layer.Convolution) layers.get(layers.size() - 1)).name();
    float[] weights = net.weights().get(last + ".weight").toFloats();
    float[] biases = net.weights().get(last + ".bias").toFloats();
    float[] features = maps.features();
    double[] logits = new double[maps.samples() * biases.length];
    for (int i = 0; i < logits.length; i++) {
      int sample = i / biases.length;
      int label = i % biases.length;
      logits[i] = biases[label];
      for (int channel = 0; channel < maps.channels(); channel++) {
        logits[i] +=
            (double) weights[label * maps.channels() + channel]
                * features[sample * maps.channels() + channel];
      }
    }
    return logits;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void aCpuWithThePrecisionMatchesFloat64InBothInputMethods(Precision precision)
      throws IOException {
    Optional<String> unsupported = PrecisionProbe.unsupported(runtime, Device.CPU, precision);
    Assumptions.assumeTrue(
        unsupported.isEmpty(), () -> "unsupported by this CPU: " + unsupported.orElseThrow());
    for (String variant : Nets.goldenVariants().toList()) {
      Nets.Net net = Nets.read(variant, "deploy.pth", "model");
      Architecture architecture = net.network().architecture();
      Path artifact = artifacts.derived(net, new Arithmetic(precision, false));
      float[] normalised = probes.normalised(Artifacts.preprocessing(architecture));
      ByteBuffer tensor = direct(normalised.length * Float.BYTES);
      tensor.asFloatBuffer().put(normalised);

      try (TorchInstance instance = load(artifact, architecture)) {
        float[] ofImages = instance.forward(InputKind.IMAGES, pixels(architecture), probes.count());
        float[] ofTensor = instance.forward(InputKind.NORMALISED, tensor, probes.count());

        assertClose(tolerance(precision), ofImages, golden(net));
        assertThat(ofTensor).as(variant).containsExactly(ofImages);
        assertThat(
                instance
                    .forwardMaps(InputKind.IMAGES, pixels(architecture), probes.count())
                    .logits())
            .containsExactly(ofImages);
      }
    }
  }

  @Test
  void bfloat16IsWithinTheBoundInNetsOfFullWidth() throws IOException {
    Architecture wide =
        new Architecture(
            VanillaNetVariant.VANILLANET_5, List.of(512, 1024, 2048, 4096), 3, 10, 64, 64);
    Network network = Network.of(wide, Form.DEPLOYED);
    Nets.Net net = new Nets.Net(network, SeededWeights.of(network, 5));
    Path artifact = artifacts.derived(net, new Arithmetic(Precision.BFLOAT16, false));

    float[] served = PlainForward.of(runtime, artifact, pixels(wide), probes.count(), 64);

    assertClose(CERTIFIED, served, golden(net));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void aCpuWithoutThePrecisionReportsItInOneLine(Precision precision) throws IOException {
    Optional<String> unsupported = PrecisionProbe.unsupported(runtime, Device.CPU, precision);
    Assumptions.assumeTrue(unsupported.isPresent(), "this CPU supports " + precision);
    Nets.Net net = Nets.read("vanillanet_5", "deploy.pth", "model");
    Path artifact = artifacts.derived(net, new Arithmetic(precision, false));

    assertThat(unsupported.orElseThrow()).contains("needs the cpu support").doesNotContain("\n");
    assertThatThrownBy(() -> load(artifact, net.network().architecture()))
        .has(code(ErrorCode.BAD_ARTIFACT))
        .hasMessageContaining("needs the cpu support")
        .hasMessageNotContaining("\n");
  }

  private TorchInstance load(Path artifact, Architecture net) {
    TorchInstance instance =
        TorchInstance.load(runtime, artifact, Device.CPU, net.inputHeight(), net.inputWidth(), 1);
    instance.attachToThread();
    return instance;
  }

  private double[] golden(Nets.Net net) {
    try (Float64Reference reference = new Float64Reference(runtime)) {
      float[] input = probes.normalised(Artifacts.preprocessing(net.network().architecture()));
      return reference.logits(net.network(), net.weights(), 1, input, probes.count());
    }
  }

  private void assertClose(double tolerance, float[] served, double[] golden) {
    double largest = 0;
    for (double logit : golden) {
      largest = Math.max(largest, Math.abs(logit));
    }
    double[] found = HostTensor.of(served, served.length).toDoubles();
    assertThat(Nets.maxDelta(found, golden)).isLessThan(tolerance * largest);
    int classes = golden.length / probes.count();
    for (int probe = 0; tolerance == CERTIFIED && probe < probes.count(); probe++) {
      assertThat(best(found, probe, classes)).isEqualTo(best(golden, probe, classes));
    }
  }

  private static int best(double[] logits, int row, int classes) {
    int best = row * classes;
    for (int i = best; i < (row + 1) * classes; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best - row * classes;
  }

  private ByteBuffer pixels(Architecture net) {
    int bytes = InputKind.IMAGES.sampleBytes(net.inputHeight(), net.inputWidth());
    ByteBuffer pixels = direct(bytes * probes.count());
    for (RgbImage image : probes.images(net.inputHeight(), net.inputWidth())) {
      pixels.put(image.rgb());
    }
    return pixels.flip();
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
