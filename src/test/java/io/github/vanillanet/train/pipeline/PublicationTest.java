package io.github.vanillanet.train.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.registry.NarrowModels;
import io.github.vanillanet.train.jobs.Evidence;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.jobs.Ruling;
import io.github.vanillanet.train.pipeline.PaintedDataset.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which trainings publish a version, and which ones activate it. */
class PublicationTest {

  private static final String NAME = "painted";
  private static final List<String> OTHER_CLASSES = List.of("jade", "ruby", "zinc");

  /**
   * Trainings of a version that confuses two classes, and of a good one. Tests do not change them.
   */
  @TempDir static Path shared;

  private static Trainings confused;
  private static Trainings good;

  @TempDir Path folder;

  private Trainings trainings;

  @BeforeAll
  static void trainLiveVersions() throws IOException {
    confused = new Trainings(shared.resolve("confused"));
    good = new Trainings(shared.resolve("good"));
    confused.run("job", data(confused.folder(), 50, Labels.CONFUSED), "");
    good.run("job", data(good.folder(), 10, Labels.RIGHT), "");
  }

  private static Path data(Path folder, int validation, Labels labels) throws IOException {
    return PaintedDataset.write(
        folder.resolve("data"), 40, validation, labels, PaintedDataset.CLASSES);
  }

  @BeforeEach
  void create() {
    trainings = new Trainings(folder);
  }

  /** Starts the test with the published version 1 of other trainings. */
  private void publish(Trainings others) throws IOException {
    NarrowModels.copy(
        others.folder().resolve("models").resolve(NAME), folder.resolve("models").resolve(NAME), 1);
    trainings.repository().activate(new ModelId(NAME, 1));
  }

  private Path data(String name, int validation, Labels labels) throws IOException {
    return data(name, validation, labels, PaintedDataset.CLASSES);
  }

  private Path data(String name, int validation, Labels labels, List<String> classes)
      throws IOException {
    return PaintedDataset.write(folder.resolve(name), 40, validation, labels, classes);
  }

  private void assertRejected(Outcome outcome, Ruling ruling) {
    assertThat(outcome.result()).isEqualTo(Outcome.Result.REJECTED);
    assertThat(outcome.ruling()).contains(ruling);
    assertThat(outcome.reason()).isPresent();
    assertThat(outcome.version()).isEmpty();
  }

  private void assertPublished(Outcome outcome, int version, Ruling ruling) {
    assertThat(outcome.result()).isEqualTo(Outcome.Result.PUBLISHED);
    assertThat(outcome.ruling()).contains(ruling);
    assertThat(outcome.version()).hasValue(version);
    assertThat(outcome.activated()).contains(ruling.activates());
    assertThat(outcome.reason().isPresent()).isEqualTo(!ruling.activates());
  }

  @Test
  void randomLabelsAreRejected() throws IOException {
    Outcome outcome = trainings.run("job", data("data", 34, Labels.ALL_SHUFFLED), "");

    assertRejected(outcome, Ruling.NOT_BETTER_THAN_MAJORITY);
    Evidence evidence = outcome.evidence().orElseThrow();
    assertThat(evidence.images()).isEqualTo(102);
    assertThat(evidence.majorityP()).isGreaterThan(0.05);
    assertThat(trainings.repository().names()).isEmpty();
    assertThat(folder.resolve("job/candidate/painted")).isDirectory();
    assertThat(trainings.report("job").at("/result/ruling").asText())
        .isEqualTo("NOT_BETTER_THAN_MAJORITY");
  }

  @Test
  void anUntrainedNetIsRejected() throws IOException {
    Outcome outcome =
        trainings.run(
            "job",
            data("data", 34, Labels.RIGHT),
            ", epochs: 1, decay_epochs: 0, learning_rate: 0, min_learning_rate: 0");

    assertThat(outcome.result()).isEqualTo(Outcome.Result.REJECTED);
    assertThat(outcome.evidence().orElseThrow().images()).isEqualTo(102);
    assertThat(trainings.repository().names()).isEmpty();
  }

  @Test
  void aWorseVersionIsRejectedAndABetterOneIsActivated() throws IOException {
    publish(confused);

    Outcome better = trainings.run("better", data("right", 50, Labels.RIGHT), "");
    Outcome worse = trainings.run("worse", confused.folder().resolve("data"), "");

    assertPublished(better, 2, Ruling.ACCEPTED);
    assertThat(better.evidence().orElseThrow().comparison().orElseThrow().liveVersion())
        .isEqualTo(1);
    assertRejected(worse, Ruling.WORSE_THAN_LIVE);
    Evidence.Comparison comparison = worse.evidence().orElseThrow().comparison().orElseThrow();
    assertThat(comparison.images()).isEqualTo(150);
    assertThat(comparison.leftOut()).hasValue(0);
    assertThat(comparison.worseP()).isLessThan(0.05);
    assertThat(worse.liveAccuracy().orElseThrow()).isGreaterThan(worse.accuracy().orElseThrow());
    assertThat(trainings.repository().versions(NAME)).containsExactly(1, 2);
    assertThat(trainings.repository().active(NAME)).hasValue(2);
    assertThat(trainings.repository().history(NAME).previous()).hasValue(1);
  }

  @Test
  void aDamagedLiveVersionIsNotCompared() throws IOException {
    publish(confused);
    NarrowModels.copy(folder.resolve("models").resolve(NAME), 2);
    trainings.repository().activate(new ModelId(NAME, 2));
    Files.writeString(
        trainings.repository().folder(new ModelId(NAME, 2)).resolve("model.pt"), "damaged");

    Outcome better = trainings.run("better", data("right", 50, Labels.RIGHT), "");

    assertPublished(better, 3, Ruling.ACCEPTED);
    assertThat(better.evidence().orElseThrow().comparison().orElseThrow().liveVersion())
        .isEqualTo(1);
  }

  @Test
  void tooFewImagesPublishAVersionThatIsNotActivated() throws IOException {
    publish(good);

    Outcome second = trainings.run("second", good.folder().resolve("data"), ", seed: 4");

    assertPublished(second, 2, Ruling.TOO_FEW_IMAGES);
    assertThat(trainings.repository().manifest(new ModelId(NAME, 2)).calibration()).isEmpty();
    assertThat(trainings.repository().active(NAME)).hasValue(1);
  }

  @Test
  void imagesThatTheLiveVersionWasTrainedOnAreNotCompared() throws IOException {
    publish(good);
    Path second = // 41 images per class: other greens and reds
        PaintedDataset.write(
            folder.resolve("second"), 41, 10, Labels.RIGHT, PaintedDataset.CLASSES);
    for (int i = 0; i < 20; i++) {
      Files.copy(
          good.folder().resolve("data/train/red/%d.png".formatted(i)),
          second.resolve("val/red/known-%d.png".formatted(i)));
    }

    Outcome outcome = trainings.run("second-job", second, "");

    Evidence evidence = outcome.evidence().orElseThrow();
    assertThat(evidence.images()).isEqualTo(50);
    assertThat(evidence.comparison().orElseThrow().leftOut()).hasValue(20);
    assertThat(evidence.comparison().orElseThrow().images()).isEqualTo(30);
    assertThat(outcome.reason().orElseThrow()).contains("20 validation images");
  }

  @Test
  void aFineTunedVersionInheritsTrainingImages() throws IOException {
    publish(good);
    Path second =
        PaintedDataset.write(
            folder.resolve("second"), 30, 10, Labels.CONFUSED, PaintedDataset.CLASSES);

    trainings.run("second-job", second, ", fine_tune_from: 'painted/1'");

    assertThat(images(1)).isEqualTo(120);
    assertThat(images(2)).isGreaterThan(120);
  }

  private int images(int version) {
    return trainings
        .repository()
        .open(new ModelId(NAME, version))
        .trainingImages()
        .orElseThrow()
        .count();
  }

  @Test
  void otherLabelsAreRejectedBeforeTheTraining() throws IOException {
    publish(good);
    Path other = data("other", 34, Labels.RIGHT, OTHER_CLASSES);
    List<Progress> lines = new ArrayList<>();

    Outcome rejected = trainings.run("rejected", other, "", lines::add).orElseThrow();
    assertRejected(rejected, Ruling.LABELS_CHANGED);
    assertThat(rejected.reason().orElseThrow()).contains("accept_label_change", "ruby", "blue");
    assertThat(lines).extracting(Progress::phase).containsOnly("look");
    assertThat(trainings.repository().active(NAME)).hasValue(1);

    // the folder of the rejected job is free
    Outcome accepted = trainings.run("rejected", other, ", accept_label_change: true");
    assertPublished(accepted, 2, Ruling.ACCEPTED);
    assertThat(accepted.evidence().orElseThrow().comparison()).isEmpty();
    assertThat(trainings.repository().active(NAME)).hasValue(2);
  }

  @Test
  void aVersionThatIsNotToBeActivatedIsNotServed() throws IOException {
    Path data = data("data", 34, Labels.RIGHT);

    assertPublished(trainings.run("first", data, ", activate: false"), 1, Ruling.ACTIVATION_OFF);
    assertThat(trainings.repository().active(NAME)).isEmpty();

    assertPublished(trainings.run("second", data, ", seed: 4"), 2, Ruling.ACCEPTED);
    assertThat(trainings.repository().active(NAME)).hasValue(2);
  }

  @Test
  void aRequestToStopWinsUntilTheActivation() throws IOException {
    Path data = data("data", 34, Labels.RIGHT);
    for (String phase : List.of("evaluate", "publish")) {
      Optional<Outcome> outcome =
          trainings.run(
              phase,
              data,
              "",
              line -> {
                if (line.phase().equals(phase)) {
                  trainings.stop(phase);
                }
              });

      assertThat(outcome).as(phase).isEmpty();
      assertThat(trainings.repository().names()).as(phase).isEmpty();
    }
  }

  @Test
  void accuracyOnTestImagesDecidesNothing() throws IOException {
    Path data = data("data", 34, Labels.RIGHT);
    Files.move(data("other", 30, Labels.ALL_SHUFFLED).resolve("val"), data.resolve("test"));

    Outcome outcome = trainings.run("job", data, "");

    assertPublished(outcome, 1, Ruling.ACCEPTED);
    assertThat(outcome.accuracy().orElseThrow()).isGreaterThan(0.9);
    assertThat(outcome.evidence().orElseThrow().testAccuracy().orElseThrow()).isLessThan(0.6);
  }
}
