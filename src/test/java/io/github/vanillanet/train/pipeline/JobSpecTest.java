package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobSpecTest {

  /** Written by version 1.0.0-SNAPSHOT at 2e86d8d, before recipes were completed and stored. */
  private static final String OLD_SPEC =
      """
      {"request":{"name":"old","variant":"vanillanet_5","dims":[8,8,16,16],"input_size":32,\
      "epochs":3,"batch_size":4,"accumulation":2,"optimizer":"adamw","learning_rate":0.01,\
      "warmup_epochs":1.0,"ema_decay":0.9,"seed":3},"data":"/photos","archive_files":0,\
      "archive_bytes":0,"repository":"/models","device":"cpu","threads":1,\
      "checkpoint_seconds":300}
      """;

  @TempDir Path folder;

  @Test
  void aSpecificationSurvivesItsFile() throws IOException {
    JobSpec spec = spec(Recipes.of("epochs: 4"));

    JobSpec read = JobSpec.of(json(spec.toJson().toString()));

    assertThat(read).isEqualTo(spec);
  }

  @Test
  void theRequestIsStoredBesidesTheRecipe() {
    JsonNode request = Recipes.json("name: 'tiny', variant: 'vanillanet_5', accumulation: 2");
    JobSpec spec = spec(Recipe.of(request));

    JsonNode stored = spec.toJson(request);

    assertThat(stored.get("request")).isEqualTo(request);
    assertThat(stored.get("recipe").get("accumulation_steps").asInt()).isEqualTo(2);
    assertThat(JobSpec.of(stored)).isEqualTo(spec);
  }

  @Test
  void aJobOfAnEarlierVersionIsRead() throws IOException {
    JobSpec spec = JobSpec.of(json(OLD_SPEC));

    assertThat(spec.recipe().name()).isEqualTo("old");
    assertThat(spec.recipe().dims()).isEqualTo(List.of(8, 8, 16, 16));
    assertThat(spec.recipe().batchSize()).isEqualTo(4);
    assertThat(spec.recipe().accumulationSteps()).isEqualTo(2);
    assertThat(spec.recipe().decayEpochs()).isEqualTo(1);
    assertThat(spec.data()).contains("/photos");
    assertThat(spec.threads()).hasValue(1);
  }

  @Test
  void aFolderOfAnEarlierVersionIsContinuedWithTheSameSpecificationOnly() throws IOException {
    Files.writeString(folder.resolve("spec.json"), OLD_SPEC);
    JobSpec same = JobSpec.of(json(OLD_SPEC));
    JobSpec other = spec(Recipes.of("epochs: 4"));

    JsonNode request = json(OLD_SPEC).get("request");

    try (JobSession session = same.open(folder, request)) {
      assertThat(JobSpec.of(session.folder().readSpec())).isEqualTo(same);
    }

    Files.writeString(folder.resolve("checkpoints").resolve("training.pth"), "weights");

    assertThatThrownBy(() -> open(other)).has(code(ErrorCode.CONFLICT));
    same.open(folder, request).close(); // the failed attempt released the lock
  }

  @Test
  void aStartThatFailedDoesNotBlockTheFolder() throws IOException {
    JobSpec failed = spec(Recipes.of("epochs: 3"));
    try (JobSession session = open(failed)) {
      session.folder().writeOutcome(Outcome.failed("there is no such device"));
    }
    JobSpec other = spec(Recipes.of("epochs: 4"));

    try (JobSession session = open(other)) {
      assertThat(JobSpec.of(session.folder().readSpec())).isEqualTo(other);
      assertThat(session.folder().readOutcome()).isEmpty();
    }
  }

  @Test
  void aMemberThatIsOpenDiffersFromOneThatIsSet() throws IOException {
    JsonNode open = Recipes.json("name: 'tiny', variant: 'vanillanet_5'");
    JsonNode set = Recipes.json("name: 'tiny', variant: 'vanillanet_5', epochs: 30");
    JobSpec spec = spec(Recipe.of(open));
    assertThat(spec(Recipe.of(set))).isEqualTo(spec);
    spec.open(folder, open).close();
    Files.writeString(folder.resolve("checkpoints").resolve("training.pth"), "weights");

    assertThatThrownBy(() -> spec.open(folder, set)).has(code(ErrorCode.CONFLICT));
  }

  @Test
  void aFolderWithoutASpecificationIsNotAJobAndStaysEmpty() {
    Path absent = folder.resolve("absent");

    assertThatThrownBy(() -> JobSession.open(absent)).has(code(ErrorCode.BAD_CONFIGURATION));
    assertThat(absent).doesNotExist();
  }

  @Test
  void aSpecificationOfSomethingElseIsRejected() {
    assertThatThrownBy(() -> JobSpec.of(json("{\"act\":\"publish\"}")))
        .has(code(ErrorCode.INVALID_REQUEST));
    assertThatThrownBy(() -> JobSpec.of(json("[]"))).has(code(ErrorCode.INVALID_REQUEST));
  }

  private JobSession open(JobSpec spec) {
    return spec.open(folder, spec.recipe().toJson());
  }

  private static JobSpec spec(Recipe recipe) {
    return new JobSpec(
        recipe,
        Optional.of("/photos"),
        Optional.empty(),
        10,
        20,
        Optional.empty(),
        "/models",
        "cpu",
        Optional.of(2),
        300,
        false);
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
