package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.PictureRules;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.repository.DomainHint;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.look.RecipeChoice;
import io.github.vanillanet.train.loop.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingPipelineTest {

  @TempDir Path folder;

  @Test
  void aFolderOfPicturesBecomesAPublishedModel() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 40, false);
    List<Progress> lines = new ArrayList<>();

    Outcome outcome = run("first", data, "", lines::add).orElseThrow();

    assertThat(outcome.result()).isEqualTo(Outcome.Result.PUBLISHED);
    assertThat(outcome.accuracy().orElseThrow()).isGreaterThan(0.9);
    StoredVersion version = repository().open(new ModelId("painted", 1));
    assertThat(version.labels()).isEqualTo(PaintedDataset.CLASSES);
    assertThat(version.manifest().trained()).isTrue();
    assertThat(version.manifest().preprocessing().rules()).isEqualTo(PictureRules.AUTO);
    assertThat(version.manifest().accuracy()).hasValue(outcome.accuracy().getAsDouble());
    DomainHint hint = version.manifest().domain().orElseThrow();
    assertThat(hint.threshold()).isBetween(0.5, 1.0); // every picture is like one of its class
    assertThat(hint.images()).isEqualTo(report("first").get("training_images").asInt());
    assertThat(version.classMeans()).isPresent();
    assertThat(lines)
        .extracting(Progress::phase)
        .contains("look", "train", "fuse", "evaluate", "publish");
    JsonNode report = report("first");
    JsonNode curves = report.get("curves");
    assertThat(curves).hasSize(8);
    assertThat(curves.get(7).get("loss").asDouble())
        .isLessThan(curves.get(0).get("loss").asDouble() * 0.7);
    assertThat(curves.get(0).get("slope").asDouble()).isZero();
    assertThat(curves.get(7).get("slope").asDouble()).isEqualTo(1);
    assertThat(report.get("result").get("validation").get("confusion")).hasSize(3);
    List<String> metrics = Files.readAllLines(folder.resolve("first").resolve("metrics.csv"));
    assertThat(metrics).hasSize(9);
    assertThat(metrics.get(0)).startsWith("epoch,stage,input_size,");
    assertThat(metrics.get(8)).startsWith("7,0,32,");
    assertThat(metrics.get(8).split(",")).hasSameSizeAs(metrics.get(0).split(","));
    assertThat(report.get("result").get("certificate").get("source").asText())
        .isEqualToIgnoringCase("fused");
  }

  @Test
  void aStoppedRunEndsWithTheSameWeightsAfterItsResumption() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 40, false);
    run("straight", data, "", line -> {}).orElseThrow();

    List<Progress> lines = new ArrayList<>();
    Optional<Outcome> stopped =
        run(
            "stopped",
            data,
            "",
            line -> {
              lines.add(line);
              if (line.epoch() == 2) {
                trainings().stop("stopped");
              }
            });
    assertThat(stopped).isEmpty();
    Files.delete(folder.resolve("stopped").resolve("stop"));
    Outcome resumed = run("stopped", data, "", line -> {}).orElseThrow();

    assertThat(resumed.version()).hasValue(1); // the same weights
    assertThat(repository().versions("painted")).containsExactly(1);
    assertThat(report("stopped").get("curves")).hasSize(8);
  }

  @Test
  void fineTuningStartsFromAPublishedVersion() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 40, false);
    run("first", data, "", line -> {}).orElseThrow();

    run("second", data, ", fine_tune_from: 'painted/1'", line -> {}).orElseThrow();

    JsonNode curves = report("second").get("curves");
    assertThat(curves.get(0).get("slope").asDouble()).isEqualTo(1);
    assertThat(curves.get(0).get("loss").asDouble())
        .isLessThan(report("first").get("curves").get(0).get("loss").asDouble());
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "1"})
  void withoutDeepTrainingTheDeployedFormIsPublishedTheSameWay(String series) throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 40, false);

    Outcome outcome =
        run(
                "single",
                data,
                ", deep_training: 'off', decay_epochs: 0, series: '%s'".formatted(series),
                line -> {})
            .orElseThrow();

    assertThat(outcome.result()).isEqualTo(Outcome.Result.PUBLISHED);
    StoredVersion version = repository().open(new ModelId("painted", 1));
    assertThat(version.manifest().architecture().actNum())
        .isEqualTo(series.equals("off") ? 0 : Integer.parseInt(series));
    assertThat(version.manifest().certificate().source()).isEqualTo(Certificate.Source.FUSED);
  }

  @Test
  void aNetWithShortcutsCannotBePublished() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 8, false);

    assertThatThrownBy(() -> run("s", data, ", shortcut: 'after'", line -> {}))
        .has(code(ErrorCode.INVALID_REQUEST));
    assertThat(folder.resolve("s")).doesNotExist();
  }

  @Test
  void anImpossibleTrainingIsRejectedBeforeItStarts() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 8, false);

    assertThatThrownBy(() -> run("a", data, ", preset: 'official', batch_size: 1000", line -> {}))
        .has(code(ErrorCode.INVALID_REQUEST));
    assertThatThrownBy(() -> run("d", data, ", epochs: 1000000, budget: '1s'", line -> {}))
        .has(code(ErrorCode.INVALID_REQUEST));
    assertThatThrownBy(() -> run("b", folder.resolve("nowhere"), "", line -> {}))
        .has(code(ErrorCode.BAD_DATASET));
    assertThatThrownBy(() -> run("c", data, ", fine_tune_from: 'absent'", line -> {}))
        .has(code(ErrorCode.MODEL_NOT_FOUND));
    assertThat(repository().names()).isEmpty();
  }

  @Test
  void aBudgetThatRunsOutEndsWithTheBestCandidateSoFar() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 40, false);
    run("measured", data, ", activate: false", line -> {}).orElseThrow();
    RecipeChoice measured =
        RecordJson.parse(
                Files.readString(folder.resolve("measured/recipe.json")), RecipeChoice.class)
            .orElseThrow();
    Recipe endless =
        Recipe.of(measured.recipe().toJson().put("epochs", 100_000).put("budget", "1s"));
    Files.createDirectories(folder.resolve("short"));
    // a decided recipe is not measured again, so that nothing objects to the epochs
    Files.writeString(
        folder.resolve("short/recipe.json"), RecordJson.write(new RecipeChoice(endless, Map.of())));

    Outcome outcome = run("short", data, ", activate: false", line -> {}).orElseThrow();

    JsonNode report = report("short");
    int epochs = report.get("curves").size();
    assertThat(epochs).isBetween(4, 99_999); // the slope reaches 1 in the fourth
    assertThat(report.get("recipe").get("epochs").asInt()).isEqualTo(100_000);
    double candidate = report.at("/curves/%d/candidate/accuracy".formatted(epochs - 1)).asDouble();
    assertThat(report.at("/result/validation/accuracy").asDouble())
        .isCloseTo(candidate, within(0.1));
    boolean published = outcome.result() == Outcome.Result.PUBLISHED;
    assertThat(outcome.ruling().orElseThrow().publishes()).isEqualTo(published);
    assertThat(report.at("/result/verdict").asText()).isNotEmpty();
    assertThat(repository().versions("painted")).hasSize(published ? 2 : 1);
  }

  @Test
  void openMembersAreDecidedOnce() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 40, false);

    run("first", data, ", batch_size: 1000", line -> {}).orElseThrow();

    JsonNode decided = new ObjectMapper().readTree(folder.resolve("first/recipe.json").toFile());
    assertThat(decided.get("recipe").get("batch_size").asInt()).isEqualTo(120);
    assertThat(decided.get("recipe").get("epochs").asInt()).isEqualTo(8);
    assertThat(decided.get("reasons").has("batch_size")).isTrue();
    assertThat(decided.get("reasons").has("epochs")).isFalse();
    assertThat(report("first").get("recipe")).isEqualTo(decided.get("recipe"));
    assertThat(report("first").get("reasons")).isEqualTo(decided.get("reasons"));
  }

  private Trainings trainings() {
    return new Trainings(folder);
  }

  private Optional<Outcome> run(String job, Path data, String further, Consumer<Progress> audience)
      throws IOException {
    return trainings().run(job, data, further, audience);
  }

  private ModelRepository repository() {
    return trainings().repository();
  }

  private String weights(int version) {
    return repository()
        .open(new ModelId("painted", version))
        .manifest()
        .certificate()
        .weightsSha256();
  }

  private JsonNode report(String job) throws IOException {
    return trainings().report(job);
  }
}
