package io.github.vanillanet.model.repository;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.PictureRules;
import io.github.vanillanet.serve.registry.PublishedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The score of the hint, and its file in a version. */
class ClassMeansTest {

  /** Means are rounded to float16. */
  private static final double ROUNDING = 1e-3;

  @TempDir Path root;

  @Test
  void theScoreIsTheCosineToTheNearestMean() {
    ClassMeans means = ClassMeans.of(new double[][] {{3, 4, 0}, {0, 0, 0}, {0, 0, -2}});
    float[] features = {30, 40, 0, 0, 0, 7, 4, -3, 0, 0, 0, 0, 5, 0, -5};

    assertThat((double) means.score(features, 0)).isCloseTo(1, within(ROUNDING));
    assertThat((double) means.score(features, 3)).isCloseTo(0, within(ROUNDING));
    assertThat((double) means.score(features, 6)).isCloseTo(0, within(ROUNDING));
    assertThat(means.score(features, 9)).isZero();
    assertThat((double) means.score(features, 12)).isCloseTo(Math.sqrt(0.5), within(ROUNDING));
  }

  /** The rows have a length of 1 before they are rounded to float16. */
  @Test
  void theScoreOfTheMeanItselfIsAtMostOne() {
    int above = 0;
    for (int step = 1; step < 100; step++) {
      double[] mean = {1, step / 100.0};
      float[] features = {1, step / 100f};

      float score = ClassMeans.of(new double[][] {mean, {-1, -step}}).score(features, 0);

      assertThat(score).isBetween(0.999f, 1f);
      above += score == 1 ? 1 : 0;
    }
    assertThat(above).as("scores that rounding would lift to 1 or more").isPositive();
  }

  @Test
  void aDamagedFileIsRejected() throws IOException {
    StoredVersion candidate = PublishedModels.publish(root.resolve("candidate"), "five");
    int channels =
        candidate.manifest().architecture().width(candidate.manifest().architecture().blocks());
    double[][] sums = new double[PublishedModels.CLASSES][channels];
    for (int label = 0; label < sums.length; label++) {
      sums[label][label] = 1;
    }
    ModelRepository repository = new ModelRepository(root.resolve("models"));
    ModelId id =
        new VersionPublisher(repository)
            .publishTrained(
                candidate,
                0.5,
                TrainingImages.NONE,
                Optional.empty(),
                Optional.of(new DomainHint.Fitted(ClassMeans.of(sums), 0.25, 70)))
            .version()
            .id();
    StoredVersion version = repository.open(id);
    Path file = version.folder().resolve("class-means.bin");
    DomainHint hint = version.manifest().domain().orElseThrow();
    assertThat(hint.threshold()).isEqualTo(0.25);
    assertThat(hint.images()).isEqualTo(70);
    float[] features = new float[channels];
    features[3] = 2;
    assertThat(version.classMeans().orElseThrow().score(features, 0)).isEqualTo(1);

    assertThat(hint.experimental()).isTrue();
    Path manifest = version.folder().resolve(StoredVersion.MANIFEST);
    String text = Files.readString(manifest);
    String unlabelled = text.replace("\"auroc\":null,\"experimental\":true,", "");
    assertThat(unlabelled).isNotEqualTo(text);
    String withoutRules =
        unlabelled.replaceAll(",\"exif\":\"\\w+\",\"depth\":\"\\w+\",\"alpha\":\"\\w+\"", "");
    assertThat(withoutRules).isNotEqualTo(unlabelled);
    Files.writeString(manifest, withoutRules); // as an earlier version wrote it
    assertThat(repository.open(id).manifest().domain()).contains(hint);
    assertThat(repository.open(id).manifest().preprocessing().rules())
        .isEqualTo(PictureRules.OFFICIAL);
    Files.writeString(
        manifest,
        text.replace("\"auroc\":null", "\"auroc\":0.849").replace("l\":true", "l\":false"));
    assertThatThrownBy(() -> repository.open(id)).has(code(ErrorCode.BAD_ARTIFACT));
    Files.writeString(
        manifest,
        text.replace(
            "\"auroc\":null,\"experimental\":true", "\"auroc\":0.85,\"experimental\":false"));
    assertThat(repository.open(id).manifest().domain().orElseThrow().experimental()).isFalse();

    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(2 * PublishedModels.CLASSES * channels);
    bytes[5] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> repository.open(id)).has(code(ErrorCode.BAD_ARTIFACT));
    Files.delete(file);
    assertThatThrownBy(() -> repository.open(id)).has(code(ErrorCode.BAD_ARTIFACT));
  }
}
