package io.github.vanillanet.train.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.look.Plan;
import io.github.vanillanet.train.loop.Recipes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DryRunPlanTest {

  @TempDir Path folder;

  private final List<Progress> lines = new ArrayList<>();
  private final List<String> findings = new ArrayList<>();

  @Test
  void aPlanShowsTheDataTheRecipeAndMeasuredSteps() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 8, false);
    Files.writeString(data.resolve("train/red/notes.txt"), "hello");

    Plan plan = plan(data, 4).orElseThrow();

    assertThat(plan.classes())
        .extracting(Plan.ClassPlan::name)
        .containsExactlyElementsOf(PaintedDataset.CLASSES);
    assertThat(plan.classes())
        .allSatisfy(
            it -> {
              assertThat(it.training()).isEqualTo(8);
              assertThat(it.validation()).isEqualTo(2);
              assertThat(it.thumbnails())
                  .hasSize(4)
                  .allSatisfy(
                      number ->
                          assertThat(folder.resolve("job/thumbnails/" + number + ".jpg")).exists());
            });
    assertThat(plan.classes())
        .flatExtracting(Plan.ClassPlan::thumbnails)
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(plan.augmented()).hasSize(3);
    List<byte[]> changed = new ArrayList<>();
    for (Plan.Augmented image : plan.augmented()) {
      assertThat(data.resolve(image.file())).exists();
      assertThat(image.original()).isGreaterThanOrEqualTo(12);
      assertThat(image.thumbnails()).hasSize(5);
      for (int number : image.thumbnails()) {
        byte[] jpeg = Files.readAllBytes(folder.resolve("job/thumbnails/" + number + ".jpg"));
        assertThat(ImageIO.read(new ByteArrayInputStream(jpeg)).getWidth()).isEqualTo(32);
        changed.add(jpeg);
      }
    }
    assertThat(new HashSet<>(changed.stream().map(Arrays::hashCode).toList()))
        .hasSameSizeAs(changed); // no two are equal
    assertThat(plan.splits())
        .containsExactly(
            new Plan.SplitPlan("training", 24, "train"),
            new Plan.SplitPlan("validation", 6, "val"));
    assertThat(plan.dropped()).singleElement().extracting("file").isEqualTo("train/red/notes.txt");
    assertThat(plan.recipe().epochs()).isEqualTo(100);
    assertThat(plan.recipe().inputSize()).isEqualTo(32); // a member of the request
    assertThat(plan.reasons()).containsKeys("epochs", "budget").doesNotContainKey("input_size");
    assertThat(plan.measured().orElseThrow().steps())
        .extracting("batchSize")
        .containsExactly(1, 2, 4);
    assertThat(plan.estimate().orElseThrow().steps()).isEqualTo(600);
    assertThat(plan.estimate().orElseThrow().seconds()).isPositive();
    assertThat(plan.objections()).isEmpty();
    assertThat(lines).extracting(Progress::phase).containsExactly("look", "measure");
    assertThat(findings).hasSize(2).anyMatch(it -> it.contains("train/red/notes.txt"));
    JsonNode stored = stored();
    assertThat(stored.get("recipe").get("ema_decay").isNumber()).isTrue();
    assertThat(stored.get("measured").get("memory_limit_bytes").isNumber()).isTrue();
  }

  @Test
  void dataThatStopsATrainingIsNotMeasured() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 8, false);
    Files.move(data.resolve("train/red"), data.resolve("red"));

    Plan plan = plan(data, 4).orElseThrow();

    assertThat(plan.measured()).isEmpty();
    assertThat(plan.augmented()).isEmpty();
    assertThat(plan.objections()).hasSize(1);
    assertThat(plan.findings()).anyMatch(Plan.FindingView::fatal);
  }

  @Test
  void aBatchLargerThanTheDataIsClamped() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 2, false);

    Plan plan = plan(data, 500).orElseThrow();

    assertThat(plan.recipe().batchSize()).isEqualTo(6);
    assertThat(plan.reasons()).containsKey("batch_size");
    assertThat(plan.objections()).isEmpty();
  }

  @Test
  void otherLabelsThanThoseOfTheLiveVersionAreAnObjection() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 40, false);
    new Trainings(folder).run("live", data, "");
    Files.move(data.resolve("train/red"), data.resolve("train/ruby"));
    Files.move(data.resolve("val/red"), data.resolve("val/ruby"));

    Plan plan = plan(data, 4).orElseThrow();

    assertThat(plan.objections())
        .singleElement()
        .asString()
        .contains("ruby", "accept_label_change");
  }

  private Optional<Plan> plan(Path data, int batchSize) throws IOException {
    JsonNode request =
        Recipes.json(
            """
            name: 'painted', variant: 'vanillanet_5', dims: [8, 8, 16, 16], input_size: 32,
            batch_size: %d\
            """
                .formatted(batchSize));
    JobSpec spec = new Trainings(folder).spec(request, data, true);
    try (JobSession session = JobSession.open(folder.resolve("job"), spec.toJson(request))) {
      return new DryRun(session, spec, new ImageDecoder(25_000_000), lines::add, findings::add)
          .run();
    }
  }

  private JsonNode stored() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("job/plan.json").toFile());
  }
}
