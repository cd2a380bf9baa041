package io.github.vanillanet.model.repository;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.PictureRules;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointImportTest {

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("io.github.vanillanet.model.engine.Nets#goldenVariants")
  void publishesOfficialFilesOfEitherFormWithACertificate(String variant) {
    long size = Oracle.json("models/" + variant + "/meta.json").get("input").get(2).asLong();
    for (String file : List.of("checkpoint-3.pth", "deploy.pth")) {
      Candidate candidate = request(variant, file, (int) size).read(warning -> {}, note -> {});

      StoredVersion version = publisher().publish(candidate);

      boolean training = file.startsWith("checkpoint");
      Certificate certificate = version.manifest().certificate();
      assertThat(version.id().name()).isEqualTo(variant.replace('_', '-'));
      assertThat(certificate.source())
          .isEqualTo(training ? Certificate.Source.FUSED : Certificate.Source.DEPLOYED);
      assertThat(certificate.float64().maxDelta())
          .isLessThanOrEqualTo(certificate.float64().bound());
      assertThat(certificate.served().maxDelta()).isLessThanOrEqualTo(certificate.served().bound());
      assertThat(version.manifest().trained()).isTrue();
      assertThat(version.manifest().preprocessing().rules()).isEqualTo(PictureRules.AUTO);
      assertThat(weights(version).sha256()).isEqualTo(certificate.weightsSha256());
    }
  }

  private static StateDict weights(StoredVersion version) {
    return TorchCheckpoint.read(
            version.folder().resolve(StoredVersion.CHECKPOINT), Optional.empty())
        .weights();
  }

  @Test
  void prefersTheAverageToTheModel() {
    Candidate candidate =
        request("vanillanet_5", "checkpoint-3.pth", 64).read(warning -> {}, note -> {});

    assertThat(candidate.origin()).endsWith("checkpoint-3.pth under model_ema");
    assertThat(candidate.network().form()).isEqualTo(Form.TRAINING);
  }

  @Test
  void warnsOfACheckpointFromBeforeTheEndOfTheDecay() throws IOException {
    List<String> warnings = new ArrayList<>();
    Path early = checkpoint(3, 100);
    Path late = checkpoint(100, 100);

    request(early).read(warnings::add, note -> {});
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("epoch 3", "epoch 100");

    warnings.clear();
    request(late).read(warnings::add, note -> {});
    assertThat(warnings).isEmpty();
  }

  private Path checkpoint(long epoch, long decayEpochs) throws IOException {
    Map<String, HostTensor> weights =
        TorchCheckpoint.read(
                Oracle.file("models/vanillanet_5/checkpoint-3.pth"), Optional.of("model"))
            .weights()
            .tensors();
    Path file = Files.createTempFile(folder, "checkpoint", ".pth");
    TorchArchive.writeCheckpoint(
        file,
        Map.of("model", weights, "epoch", epoch, "args", Map.of("decay_epochs", decayEpochs)));
    return file;
  }

  @Test
  void rejectsASlopeOtherThanOneBeforeItReadsTheFile() {
    CheckpointImport request =
        new CheckpointImport(
            folder.resolve("none.pth"),
            VanillaNetVariant.VANILLANET_5,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0.37,
            size(64),
            Optional.empty());

    assertThatThrownBy(() -> request.read(warning -> {}, note -> {}))
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContaining("0.37");
  }

  @Test
  void rejectsAWrongNumberOfLabels() throws IOException {
    Path nine = Files.write(folder.resolve("labels.txt"), "a b c d e f g h i".lines().toList());

    assertThatThrownBy(
            () ->
                new CheckpointImport(
                        Oracle.file("models/vanillanet_5/deploy.pth"),
                        VanillaNetVariant.VANILLANET_5,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        1,
                        size(64),
                        Optional.of(nine))
                    .read(warning -> {}, note -> {}))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContainingAll(nine.toString(), "10");
  }

  @Test
  void rejectsTheWrongVariantAndListsTheDifferences() {
    CheckpointImport request =
        new CheckpointImport(
            Oracle.file("models/vanillanet_7/checkpoint-3.pth"),
            VanillaNetVariant.VANILLANET_5,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            1,
            size(64),
            Optional.empty());

    assertThatThrownBy(() -> request.read(warning -> {}, note -> {}))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContaining("stages.3");
  }

  @Test
  void rejectsAnInputTooSmallForTheNet() {
    assertThatThrownBy(
            () -> request("vanillanet_5", "deploy.pth", 8).read(warning -> {}, note -> {}))
        .has(code(ErrorCode.BAD_CONFIGURATION));
  }

  private ModelPublisher publisher() {
    return new ModelPublisher(
        TorchRuntime.load(), new ModelRepository(folder.resolve("models")), 2, step -> {});
  }

  private static CheckpointImport request(String variant, String file, int size) {
    return request(
        Oracle.file("models/" + variant + "/" + file),
        VanillaNetVariant.named(variant).orElseThrow(),
        size);
  }

  private static CheckpointImport request(Path file) {
    return request(file, VanillaNetVariant.VANILLANET_5, 64);
  }

  private static CheckpointImport request(Path file, VanillaNetVariant variant, int size) {
    return new CheckpointImport(
        file,
        variant,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        1,
        size(size),
        Optional.empty());
  }

  private static Optional<CheckpointImport.InputSize> size(int side) {
    return Optional.of(new CheckpointImport.InputSize(side, side));
  }
}
