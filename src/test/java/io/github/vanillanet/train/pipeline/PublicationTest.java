package io.github.vanillanet.train.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.train.jobs.Evidence;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.jobs.Ruling;
import io.github.vanillanet.train.pipeline.PaintedDataset.Labels;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which trainings publish a version, and which ones activate it. */
class PublicationTest {

  private static final String NAME = "painted";
  private static final List<String> OTHER_CLASSES = List.of("jade", "ruby", "zinc");

  @TempDir Path folder;

  private Trainings trainings;

  @BeforeEach
  void create() {
    trainings = new Trainings(folder);
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
    Path confused = data("confused", 50, Labels.CONFUSED);
    Path right = data("right", 50, Labels.RIGHT);
    assertPublished(trainings.run("first", confused, ""), 1, Ruling.ACCEPTED);

    Outcome better = trainings.run("better", right, "");
    Outcome worse = trainings.run("worse", confused, "");

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
    assertPublished(
        trainings.run("first", data("confused", 50, Labels.CONFUSED), ""), 1, Ruling.ACCEPTED);
    Path copy = Files.createDirectories(folder.resolve("copy"));
    Path first = trainings.repository().folder(new ModelId(NAME, 1));
    try (Stream<Path> files = Files.list(first)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    Files.move(copy, trainings.repository().folder(new ModelId(NAME, 2)));
    trainings.repository().activate(new ModelId(NAME, 2));
    Files.writeString(
        trainings.repository().folder(new ModelId(NAME, 2)).resolve("model.pt"), "damaged");

    Outcome better = trainings.run("better", data("right", 50, Labels.RIGHT), "");

    assertPublished(better, 3, Ruling.ACCEPTED);
    assertThat(better.evidence().orElseThrow().comparison().orElseThrow().liveVersion())
        .isEqualTo(1);
  }

  @Test
  void theCalibrationIsInTheManifestAndInTheReport() throws IOException {
    assertPublished(
        trainings.run("job", data("data", 50, Labels.CONFUSED), ""), 1, Ruling.ACCEPTED);

    Calibration calibration =
        trainings.repository().manifest(new ModelId(NAME, 1)).calibration().orElseThrow();
    assertThat(calibration.images()).isEqualTo(150);
    JsonNode reported = trainings.report("job").at("/result/calibration");
    assertThat(reported.get("temperature").asDouble()).isEqualTo(calibration.temperature());
    assertThat(reported.get("ece_before").asDouble()).isEqualTo(calibration.eceBefore());
    assertThat(reported.get("ece_after").asDouble()).isEqualTo(calibration.eceAfter());
    for (String bins : List.of("before", "after")) {
      assertThat(reported.get(bins)).as(bins).hasSize(15);
      assertThat(reported.get(bins).findValues("count").stream().mapToInt(JsonNode::asInt).sum())
          .as(bins)
          .isEqualTo(150);
    }
  }

  @Test
  void theReportShowsMistakesWithThumbnails() throws IOException {
    Path data = data("data", 50, Labels.CONFUSED);
    trainings.run("job", data, "");

    JsonNode result = trainings.report("job").get("result");
    int wrong = 0;
    int files = 0;
    for (JsonNode cell : result.get("mistakes")) {
      int label = PaintedDataset.CLASSES.indexOf(cell.get("label").asText());
      int answer = PaintedDataset.CLASSES.indexOf(cell.get("answer").asText());
      int count = cell.get("count").asInt();
      assertThat(count)
          .isEqualTo(result.at("/validation/confusion").get(label).get(answer).asInt());
      wrong += count;
      assertThat(cell.get("examples")).hasSize(Math.min(5, count));
      for (JsonNode example : cell.get("examples")) {
        assertThat(data.resolve(example.get("file").asText())).isRegularFile();
        assertThat(example.get("file").asText()).startsWith("val/" + cell.get("label").asText());
        assertThat(example.get("probability").asDouble())
            .isGreaterThan(example.get("label_probability").asDouble());
        BufferedImage thumbnail =
            ImageIO.read(
                folder
                    .resolve("job/thumbnails/%d.jpg".formatted(example.get("thumbnail").asInt()))
                    .toFile());
        assertThat(thumbnail.getWidth()).isEqualTo(32);
        files++;
      }
    }
    double accuracy = result.at("/validation/accuracy").asDouble();
    assertThat(wrong).isPositive().isEqualTo((int) Math.round(150 * (1 - accuracy)));
    try (Stream<Path> thumbnails = Files.list(folder.resolve("job/thumbnails"))) {
      assertThat(thumbnails).hasSize(files);
    }
  }

  @Test
  void tooFewImagesPublishAVersionThatIsNotActivated() throws IOException {
    Path data = data("data", 10, Labels.RIGHT);
    assertPublished(trainings.run("first", data, ""), 1, Ruling.ACCEPTED);

    Outcome second = trainings.run("second", data, ", seed: 4");

    assertPublished(second, 2, Ruling.TOO_FEW_IMAGES);
    assertThat(trainings.repository().manifest(new ModelId(NAME, 2)).calibration()).isEmpty();
    assertThat(trainings.repository().active(NAME)).hasValue(1);
  }

  @Test
  void imagesThatTheLiveVersionWasTrainedOnAreNotCompared() throws IOException {
    Path first = data("first", 10, Labels.RIGHT);
    assertThat(trainings.run("first-job", first, "").activated()).contains(true);
    Path second = // 41 images per class: other greens and reds
        PaintedDataset.write(
            folder.resolve("second"), 41, 10, Labels.RIGHT, PaintedDataset.CLASSES);
    for (int i = 0; i < 20; i++) {
      Files.copy(
          first.resolve("train/red/%d.png".formatted(i)),
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
    Path first = data("first", 10, Labels.RIGHT);
    trainings.run("first-job", first, "");
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
    trainings.run("first", data("first", 34, Labels.RIGHT), "");
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
