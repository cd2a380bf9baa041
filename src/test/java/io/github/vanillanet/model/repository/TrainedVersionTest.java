package io.github.vanillanet.model.repository;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.serve.registry.NarrowModels;
import io.github.vanillanet.serve.registry.PublishedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions that a training publishes: their training images, and when they are served. */
class TrainedVersionTest {

  @TempDir Path root;

  private ModelRepository repository;
  private StoredVersion candidate;

  @BeforeEach
  void train() {
    repository = new ModelRepository(root.resolve("models"));
    candidate = PublishedModels.publish(root.resolve("candidate"), "five");
  }

  private List<Path> files(int from, int to) throws IOException {
    List<Path> files = new ArrayList<>();
    Path folder = Files.createDirectories(root.resolve("images"));
    for (int i = from; i < to; i++) {
      files.add(Files.writeString(folder.resolve(i + ".png"), "image " + i));
    }
    return files;
  }

  private StoredVersion publish(TrainingImages images) {
    return publish(images, Optional.empty());
  }

  private StoredVersion publish(TrainingImages images, Optional<Calibration> calibration) {
    return new VersionPublisher(repository)
        .publishTrained(candidate, 0.75, images, calibration, Optional.empty())
        .version();
  }

  @Test
  void aVersionKnowsItsTrainingImages() throws IOException {
    List<Path> files = files(0, 100);
    Path copy = Files.copy(files.get(7), root.resolve("copy.png"));

    ModelId id = publish(TrainingImages.of(files)).id();

    TrainingImages images = repository.open(id).trainingImages().orElseThrow();
    assertThat(images.count()).isEqualTo(100);
    assertThat(files).allMatch(images::contains);
    assertThat(images.contains(copy)).isTrue();
    assertThat(files(100, 200)).noneMatch(images::contains);
    assertThat(images.contains(root.resolve("absent.png"))).isFalse();
    assertThat(repository.open(id).manifest().accuracy()).hasValue(0.75);
  }

  @Test
  void theFileHasSortedPrefixesAndTheManifestItsDigest() throws IOException {
    List<Path> files = files(0, 50);

    StoredVersion version = publish(TrainingImages.of(files));

    Path file = version.folder().resolve("training-images.bin");
    String prefixes = HexFormat.of().formatHex(Files.readAllBytes(file));
    List<String> expected = new ArrayList<>();
    for (Path image : files) {
      expected.add(Sha256.of(image).substring(0, 16));
    }
    assertThat(prefixes).isEqualTo(String.join("", expected.stream().sorted().toList()));
    assertThat(version.manifest().trainingImages())
        .contains(new TrainingImages.Summary(50, Sha256.of(file)));
  }

  @Test
  void copiesCountOnceAndMissingFilesNotAtAll() throws IOException {
    List<Path> files = new ArrayList<>(files(0, 3));
    files.add(Files.copy(files.get(0), root.resolve("copy.png")));
    files.add(root.resolve("absent.png"));

    assertThat(TrainingImages.of(files).count()).isEqualTo(3);
    assertThat(TrainingImages.of(files).plus(TrainingImages.of(files(2, 5))).count()).isEqualTo(5);
  }

  @Test
  void aDamagedFileIsRejected() throws IOException {
    StoredVersion version = publish(TrainingImages.of(files(0, 3)));
    Path file = version.folder().resolve("training-images.bin");
    byte[] bytes = Files.readAllBytes(file);
    bytes[5] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(version::trainingImages).has(code(ErrorCode.BAD_ARTIFACT));
    Files.delete(file);
    assertThatThrownBy(version::trainingImages).has(code(ErrorCode.BAD_ARTIFACT));
  }

  @Test
  void aVersionKnowsItsCalibration() {
    Calibration calibration = new Calibration(1.75, biases(10, 0.5), 300, 0.08, 0.02);

    ModelId id = publish(TrainingImages.NONE, Optional.of(calibration)).id();

    assertThat(repository.open(id).manifest().calibration()).contains(calibration);
  }

  @Test
  void aManifestWithoutTheAddedMembersIsRead() throws IOException {
    StoredVersion version = publish(TrainingImages.NONE);
    edit(version, "\"training_images\":\\{[^}]*},\"calibration\":null,", "");

    Manifest manifest = repository.open(version.id()).manifest();

    assertThat(manifest.trainingImages()).isEmpty();
    assertThat(manifest.calibration()).isEmpty();
  }

  @Test
  void aDamagedCalibrationIsRejected() throws IOException {
    Calibration nine = new Calibration(1.75, biases(9, 0.5), 300, 0.08, 0.02);
    assertThatThrownBy(() -> publish(TrainingImages.NONE, Optional.of(nine)))
        .isInstanceOf(IllegalArgumentException.class);
    StoredVersion version =
        publish(
            TrainingImages.NONE,
            Optional.of(new Calibration(1.75, biases(10, 0.5), 300, 0.08, 0.02)));

    edit(version, "\"temperature\":1.75", "\"temperature\":0.0");
    assertThatThrownBy(() -> repository.open(version.id())).has(code(ErrorCode.BAD_ARTIFACT));
    edit(version, "\"temperature\":0.0", "\"temperature\":1.75");
    edit(version, "\"bias\":\\[0.5,", "\"bias\":[");
    assertThatThrownBy(() -> repository.open(version.id())).has(code(ErrorCode.BAD_ARTIFACT));
    edit(version, "\"bias\":\\[", "\"bias\":[1e999,");
    assertThatThrownBy(() -> repository.open(version.id())).has(code(ErrorCode.BAD_ARTIFACT));
  }

  private static List<Double> biases(int classes, double value) {
    return Collections.nCopies(classes, value);
  }

  private static void edit(StoredVersion version, String regex, String replacement)
      throws IOException {
    Path file = version.folder().resolve("manifest.json");
    String text = Files.readString(file);
    String edited = text.replaceFirst(regex, replacement);
    assertThat(edited).isNotEqualTo(text);
    Files.writeString(file, edited);
  }

  @Test
  void anImportedVersionDoesNotKnowItsTrainingImages() {
    assertThat(candidate.trainingImages()).isEmpty();
    assertThat(EmbeddedModel.described().manifest().name()).isEqualTo(EmbeddedModel.NAME);
  }

  @Test
  void aPinnedModelServesAnotherVersionOnlyAfterItsActivation() throws IOException {
    publish(TrainingImages.NONE);
    repository.pinActive("five");

    NarrowModels.copy(repository.model("five"), 2);
    ModelId second = new ModelId("five", 2);

    assertThat(repository.active("five")).hasValue(1);
    repository.activate(second);
    assertThat(repository.active("five")).hasValue(2);
    assertThat(repository.history("five").previous()).hasValue(1);
    repository.pinActive("five");
    assertThat(repository.history("five").versions()).containsExactly(2, 1);
  }

  @Test
  void aModelThatIsPinnedBeforeItsFirstVersionServesNone() {
    repository.pinActive("five");
    assertThat(repository.names()).isEmpty();

    ModelId first = publish(TrainingImages.NONE).id();

    assertThat(repository.names()).containsExactly("five");
    assertThat(repository.active("five")).isEmpty();
    assertThat(repository.active()).isEmpty();
    repository.activate(first);
    assertThat(repository.active()).containsExactly(first);
  }

  @Test
  void aFailedPublishingDeletesThePin() {
    repository.pinActive("five");

    assertThatThrownBy(
            () ->
                new VersionPublisher(repository)
                    .publish(
                        "five",
                        List.of(),
                        version -> false,
                        folder -> {
                          throw new IOException("no space left");
                        }))
        .has(code(ErrorCode.BAD_CONFIGURATION));

    assertThat(repository.root().resolve("five")).doesNotExist();
  }

  @Test
  void aTextNamesAVersion() {
    publish(TrainingImages.NONE);

    assertThat(repository.find("five")).contains(new ModelId("five", 1));
    assertThat(repository.find("five/7")).contains(new ModelId("five", 7));
    assertThat(repository.find("five/x")).isEmpty();
    assertThat(repository.find("six")).isEmpty();
  }
}
