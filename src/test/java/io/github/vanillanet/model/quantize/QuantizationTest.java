package io.github.vanillanet.model.quantize;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.engine.DerivedArtifact;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.Candidate;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.ReducedPrecisions;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small net with random weights, calibrated with synthetic images. */
class QuantizationTest {

  private static final TorchRuntime RUNTIME = TorchRuntime.load();
  private static final Architecture NET =
      new Architecture(VanillaNetVariant.VANILLANET_5, List.of(64, 64, 64, 64), 3, 5, 32, 32);

  @TempDir static Path folder;

  private static StoredVersion version;
  private static CalibrationSet images;
  private static ReducedPrecisions reduced;

  @BeforeAll
  static void calibrate() {
    assumeThat(PrecisionProbe.unsupported(RUNTIME, Device.CPU, Precision.INT8))
        .as("this CPU computes in int8")
        .isEmpty();
    Network network = Network.of(NET, Form.DEPLOYED);
    version =
        new ModelPublisher(RUNTIME, new ModelRepository(folder.resolve("models")), 1, step -> {})
            .publish(
                new Candidate(
                    "small",
                    network,
                    SeededWeights.of(network, 5),
                    1,
                    Preprocessing.official(32, 32),
                    List.of("a", "b", "c", "d", "e"),
                    false,
                    "seeded"));
    for (String label : version.labels()) {
      SyntheticImages.write(folder.resolve("images").resolve(label), 200, label.hashCode());
    }
    images = CalibrationSet.ofFolder(folder.resolve("images"), version.labels(), decoder());
    reduced = run(version.offsets(), images);
  }

  private static ImageDecoder decoder() {
    return new ImageDecoder(1_000_000);
  }

  private static ReducedPrecisions run(List<Double> offsets, CalibrationSet set) {
    return new Quantization(RUNTIME, Device.CPU, 1, decoder(), step -> {})
        .run(version, offsets, set);
  }

  @Test
  void answersAsServedAgreeWithFloat32() {
    AnswerCertificate int8 = reduced.certificate(Precision.INT8).orElseThrow();

    assertThat(int8.rangesImages()).isEqualTo(500);
    assertThat(int8.judgementImages()).isEqualTo(500);
    assertThat(int8.refusal()).isEmpty();
    assertThat(int8.rawAgreed()).isLessThan(500); // or the safety net has nothing to do
    assertThat(int8.agreed()).isGreaterThan(int8.rawAgreed());
    assertThat(int8.threshold()).isPositive();
    assertThat(int8.recomputedShare()).isBetween(0.001, 0.3);
    assertThat(Math.abs(int8.top1Change().orElseThrow())).isLessThan(0.01);
    assertThat(int8.logitDifference()).isBetween(1e-4, 0.2);
    for (AnswerCertificate other : reduced.certificates()) {
      assertThat(other.logitDifference()).isLessThanOrEqualTo(int8.logitDifference());
    }
  }

  /** Without labels, the answers show that the images are of one class: here the net's fault. */
  @Test
  void imagesWithOneAnswerAreRejected() {
    CalibrationSet unlabelled =
        CalibrationSet.ofFolder(folder.resolve("images"), List.of("u", "v"), decoder());

    assertThatThrownBy(() -> run(List.of(), unlabelled)).has(code(ErrorCode.BAD_DATASET));
  }

  @Test
  void onlyTheFileIsAddedToTheVersion() throws IOException {
    Path file = version.folder().resolve("reduced-precisions.json");
    Map<Path, byte[]> before = contents();
    assertThatThrownBy(() -> version.safetyNet(Precision.INT8))
        .has(code(ErrorCode.BAD_CONFIGURATION));

    reduced.addTo(version);

    Map<Path, byte[]> after = contents();
    assertThat(after.remove(file)).isNotNull();
    assertThat(after).containsExactlyInAnyOrderEntriesOf(before);
    assertThat(version.reducedPrecisions()).contains(reduced);
    assertThat(version.certifiedPrecisions().get(0)).isEqualTo(Precision.INT8);

    Files.writeString(file, "damaged");
    ReducedPrecisions without =
        new ReducedPrecisions(
            reduced.format(),
            reduced.artifactSha256(),
            reduced.created(),
            Optional.empty(),
            List.of(new Certificates(reduced).as(Precision.FLOAT16)));
    without.addTo(version);
    assertThat(reduced.addTo(version).certificates()).hasSize(reduced.certificates().size() + 1);
    Files.delete(file);
  }

  private record Certificates(ReducedPrecisions source) {

    AnswerCertificate as(Precision precision) {
      AnswerCertificate c = source.certificate(Precision.INT8).orElseThrow();
      return new AnswerCertificate(
          precision,
          c.rangesImages(),
          c.judgementImages(),
          c.threshold(),
          c.rawAgreed(),
          c.agreed(),
          c.recomputed(),
          c.top1Change(),
          c.logitDifference(),
          c.goldenLogits());
    }
  }

  private static Map<Path, byte[]> contents() throws IOException {
    Map<Path, byte[]> contents = new LinkedHashMap<>();
    try (var files = Files.list(version.folder())) {
      for (Path file : files.sorted().toList()) {
        contents.put(file, Files.readAllBytes(file));
      }
    }
    return contents;
  }

  @Test
  void aFolderCannotBeAddedTo() {
    StoredVersion elsewhere =
        new StoredVersion(
            version.id(), folder.resolve("none"), version.manifest(), version.labels());

    assertThatThrownBy(() -> ReducedPrecisions.requireWritable(elsewhere))
        .has(code(ErrorCode.BAD_CONFIGURATION));
    assertThatThrownBy(() -> reduced.addTo(elsewhere)).has(code(ErrorCode.BAD_CONFIGURATION));
  }

  /** The offsets of the calibrated probabilities change the best class of most images. */
  @Test
  void answersAreComparedInTheServedOrder() {
    AnswerCertificate int8 =
        run(List.of(2.0, 0.0, 1.0, 0.0, 0.0), images).certificate(Precision.INT8).orElseThrow();

    assertThat(int8.threshold())
        .isNotEqualTo(reduced.certificate(Precision.INT8).orElseThrow().threshold());
    assertThat(int8.refusal()).isEmpty();
  }

  @Test
  void shuffledChannelsAreRefused() throws IOException {
    AnswerCertificate certified = reduced.certificate(Precision.INT8).orElseThrow();
    ActivationRanges ranges = reduced.ranges().orElseThrow();
    Certificate published = version.manifest().certificate();
    List<float[]> good = answers(ranges, probes());
    assertThat(published.of(certified, "good", good).precision()).isEqualTo(Precision.INT8);

    ActivationRanges shuffled = shuffled(ranges);

    List<float[]> bad = answers(shuffled, probes());
    assertThatThrownBy(() -> published.of(certified, "bad", bad))
        .has(code(ErrorCode.NOT_EQUIVALENT));
  }

  private static ActivationRanges shuffled(ActivationRanges ranges) {
    Map<String, ActivationRanges.Channels> shuffled = new LinkedHashMap<>();
    ranges
        .channels()
        .forEach(
            (name, channels) -> {
              List<Float> highest = new ArrayList<>(channels.highest());
              List<Float> mean = new ArrayList<>(channels.mean());
              List<Float> lowest = new ArrayList<>(channels.lowest());
              for (List<Float> values : List.of(highest, mean, lowest)) {
                Collections.rotate(values, 1);
              }
              shuffled.put(name, new ActivationRanges.Channels(lowest, highest, mean));
            });
    return new ActivationRanges(shuffled);
  }

  private static List<RgbImage> probes() {
    return version.manifest().certificate().probes().images(32, 32);
  }

  private static List<float[]> answers(ActivationRanges ranges, List<RgbImage> crops)
      throws IOException {
    Manifest manifest = version.manifest();
    Path file = Files.createTempFile(folder, "int8", ".pt");
    DerivedArtifact.write(
        version.artifact(),
        manifest.architecture(),
        manifest.preprocessing(),
        new Arithmetic(Precision.INT8, false),
        Optional.of(ranges),
        file);
    try (ModelInstance instance = TorchInstance.load(RUNTIME, file, Device.CPU, 32, 32, 1)) {
      instance.attachToThread();
      List<float[]> answers = new ArrayList<>();
      for (RgbImage crop : crops) {
        ByteBuffer pixels = InputKind.IMAGES.buffer(1, 32, 32).put(crop.rgb()).flip();
        answers.add(instance.forward(InputKind.IMAGES, pixels, 1));
      }
      return answers;
    }
  }
}
