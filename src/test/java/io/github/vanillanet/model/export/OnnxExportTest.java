package io.github.vanillanet.model.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.certify.Probes;
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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compares the exported graph in ONNX Runtime with the served artifact in libtorch. {@code
 * -Dvanillanet.full-size=true} takes the official widths and input size, which needs 3 GB and some
 * minutes.
 */
class OnnxExportTest {

  /** Relative to the largest logit. Both round to float32 after each of up to 26 layers. */
  private static final double TOLERANCE = 1e-5;

  private static final boolean FULL_SIZE = Boolean.getBoolean("vanillanet.full-size");
  private static final int HEIGHT = 128; // the deepest nets halve it five times
  private static final int WIDTH = 160;
  private static final int CLASSES = 10;
  private static final int BATCH = 2;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void bothInputsOfAnyBatchMatchTheServedArtifact(VanillaNetVariant variant) throws Exception {
    Architecture net = FULL_SIZE ? Architecture.official(variant) : narrow(variant);
    Network network = Network.of(net, Form.DEPLOYED);
    StateDict weights = SeededWeights.of(network, 11);
    Preprocessing preprocessing = Preprocessing.official(net.inputHeight(), net.inputWidth());
    Probes probes = new Probes(variant.ordinal(), BATCH);

    float[][] served = served(network, weights, preprocessing, probes);
    float[][] normalised = exported(network, weights, preprocessing, probes, false);
    float[][] pixels = exported(network, weights, preprocessing, probes, true);

    for (int i = 0; i < BATCH; i++) {
      requireClose(served[i], normalised[i]);
      requireClose(served[i], pixels[i]);
    }
  }

  private static Architecture narrow(VanillaNetVariant variant) {
    List<Integer> widths =
        IntStream.rangeClosed(0, variant.strides().size()).mapToObj(i -> 16 + 3 * i).toList();
    return new Architecture(variant, widths, 3, CLASSES, HEIGHT, WIDTH);
  }

  @Test
  void versionsInputsAndMetadataAreInTheFile() throws Exception {
    Network network = Network.of(narrow(VanillaNetVariant.VANILLANET_5), Form.DEPLOYED);
    Path file = folder.resolve("model.onnx");
    Map<String, String> metadata = Map.of("labels", "[\"caf\u00e9\"]", "temperature", "0.8");
    OnnxExport.write(network, SeededWeights.of(network, 1), Optional.empty(), metadata, file);

    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString())) {
      assertThat(session.getMetadata().getCustomMetadata()).isEqualTo(metadata);
      assertThat(session.getInputNames()).containsExactly("input");
      assertThat(session.getOutputNames()).containsExactly("logits");
      assertThat(session.getInputInfo().get("input").getInfo().toString())
          .contains("FLOAT", "[-1, 3, 128, 160]");
      assertThat(session.getOutputInfo().get("logits").getInfo().toString()).contains("[-1, 10]");
    }
  }

  static void requireClose(float[] expected, float[] found) {
    double largest = 0;
    double difference = 0;
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - found[i]));
    }
    assertThat(difference / largest).isLessThanOrEqualTo(TOLERANCE);
  }

  private float[][] exported(
      Network network,
      StateDict weights,
      Preprocessing preprocessing,
      Probes probes,
      boolean withPreprocessing)
      throws Exception {
    Path file = folder.resolve(withPreprocessing + ".onnx");
    OnnxExport.write(
        network,
        weights,
        Optional.of(preprocessing).filter(given -> withPreprocessing),
        Map.of(),
        file);
    return forward(file, preprocessing, probes, withPreprocessing);
  }

  /** The answers of ONNX Runtime to the probes, in one batch. */
  static float[][] forward(
      Path file, Preprocessing preprocessing, Probes probes, boolean withPreprocessing)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    int height = preprocessing.height();
    int width = preprocessing.width();
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor input =
            withPreprocessing
                ? OnnxTensor.createTensor(
                    environment,
                    pixels(probes, preprocessing),
                    new long[] {probes.count(), height, width, 3},
                    OnnxJavaType.UINT8)
                : OnnxTensor.createTensor(
                    environment,
                    FloatBuffer.wrap(probes.normalised(preprocessing)),
                    new long[] {probes.count(), 3, height, width});
        OrtSession.Result result = session.run(Map.of(OnnxExport.INPUT, input))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  private static ByteBuffer pixels(Probes probes, Preprocessing preprocessing) {
    List<RgbImage> images = probes.images(preprocessing.height(), preprocessing.width());
    ByteBuffer pixels =
        ByteBuffer.allocateDirect(images.size() * images.get(0).rgb().length)
            .order(ByteOrder.nativeOrder());
    images.forEach(image -> pixels.put(image.rgb()));
    return pixels.flip();
  }

  private float[][] served(
      Network network, StateDict weights, Preprocessing preprocessing, Probes probes)
      throws IOException {
    Path artifact = folder.resolve("model.pt");
    DeployedModule.of(network, weights, preprocessing, Arithmetic.PUBLISHED).write(artifact);
    return served(artifact, preprocessing, probes);
  }

  static float[][] served(Path artifact, Preprocessing preprocessing, Probes probes) {
    try (TorchInstance instance =
        TorchInstance.load(
            TorchRuntime.load(),
            artifact,
            Device.CPU,
            preprocessing.height(),
            preprocessing.width(),
            1)) {
      instance.attachToThread();
      float[] logits =
          instance.forward(InputKind.IMAGES, pixels(probes, preprocessing), probes.count());
      int classes = logits.length / probes.count();
      return IntStream.range(0, probes.count())
          .mapToObj(i -> Arrays.copyOfRange(logits, i * classes, (i + 1) * classes))
          .toArray(float[][]::new);
    }
  }
}
