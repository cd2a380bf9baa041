package io.github.vanillanet.train.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.train.pipeline.PaintedDataset.Labels;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a training whose network confuses two of three classes. */
class TrainingReportTest {

  @TempDir static Path folder;

  private static Trainings trainings;
  private static Path data;
  private static JsonNode result;

  @BeforeAll
  static void train() throws IOException {
    trainings = new Trainings(folder);
    data =
        PaintedDataset.write(
            folder.resolve("data"), 40, 50, Labels.CONFUSED, PaintedDataset.CLASSES);
    trainings.run("job", data, "");
    result = trainings.report("job").get("result");
  }

  @Test
  void theCalibrationIsInTheManifestAndInTheReport() throws IOException {
    Calibration calibration =
        trainings.repository().manifest(new ModelId("painted", 1)).calibration().orElseThrow();
    assertThat(calibration.images()).isEqualTo(150);
    JsonNode reported = result.get("calibration");
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
}
