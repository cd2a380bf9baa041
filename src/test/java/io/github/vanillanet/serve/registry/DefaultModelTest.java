package io.github.vanillanet.serve.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.model.repository.EmbeddedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** The rules that choose the default model, in their order. */
class DefaultModelTest extends DefaultModels {

  @Test
  void theSettingDecidesBeforeEverythingElse() throws IOException {
    loadOwn("marked", 1);
    loadOwn("other", 2);
    loadSeeded("seeded");
    loadEmbedded();
    Files.writeString(mark(), "marked\n");

    assertThat(started(Optional.of("other")).name()).contains("other");
    assertThat(started(Optional.of("seeded")).name()).contains("seeded");
    assertThat(started(Optional.of(EmbeddedModel.NAME)).name()).contains(EmbeddedModel.NAME);
    assertThat(started(Optional.of("a-group")).name()).contains("a-group");
    assertThat(mark()).hasContent("marked");
  }

  @Test
  void theSettingAppliesBeforeTheModelsAreLoaded() {
    assertThat(new DefaultModel(Optional.of("one"), repository, List::of).name()).contains("one");
    assertThat(new DefaultModel(Optional.empty(), repository, List::of).name()).isEmpty();
  }

  @Test
  void theMarkDecidesBeforeAge() throws IOException {
    loadOwn("older", 1);
    loadOwn("newer", 2);
    Files.writeString(mark(), "newer\n");

    assertThat(started().name()).contains("newer");
    assertThat(mark()).hasContent("newer");
  }

  @Test
  void theOnlyModelIsAlwaysTheDefault() {
    loadSeeded("seeded");
    assertThat(started().name()).contains("seeded");
    unload("seeded");

    loadEmbedded();
    assertThat(started().name()).contains(EmbeddedModel.NAME);
    unload(EmbeddedModel.NAME);

    loadOwn("own", 1);
    assertThat(started().name()).contains("own");
  }

  @Test
  void theOldestImportedOrTrainedModelIsTheDefaultAndIsMarked() {
    loadEmbedded();
    loadSeeded("seeded");
    loadOwn("a-newer", 3);
    loadOwn("b-older", 2);

    assertThat(started().name()).contains("b-older");
    assertThat(mark()).hasContent("b-older");
  }

  @Test
  void aRetrainedModelKeepsItsAge() throws IOException {
    loadOwn("retrained", 1);
    loadOwn("other", 2);
    loadOwn("retrained", 3);
    damage("retrained", 2);

    assertThat(started().name()).contains("retrained");
  }

  @Test
  void aDamagedOldVersionDoesNotHideTheAgeOfALaterOne() throws IOException {
    loadOwn("one", 1);
    loadOwn("one", 3);
    loadOwn("two", 2);
    damage("one", 1);

    assertThat(started().name()).contains("two");
  }

  private void damage(String name, int version) throws IOException {
    Files.writeString(root.resolve(name + "/" + version + "/manifest.json"), "{");
  }

  @Test
  void theEmbeddedModelPrecedesUntrainedModels() {
    loadSeeded("a-seeded");
    loadEmbedded();

    assertThat(started().name()).contains(EmbeddedModel.NAME);
    assertThat(mark()).doesNotExist();
  }

  @Test
  void severalUntrainedModelsHaveNoDefault() {
    loadSeeded("one");
    loadSeeded("two");

    assertThat(started().name()).isEmpty();
    assertThat(mark()).doesNotExist();
  }

  @Test
  void anImportedModelReplacesAMarkedEmbeddedOrUntrainedOne() throws IOException {
    loadEmbedded();
    loadSeeded("seeded");
    loadOwn("own", 9);

    for (String marked : List.of(EmbeddedModel.NAME, "seeded")) {
      Files.writeString(mark(), marked);
      assertThat(started().name()).as(marked).contains("own");
    }
  }

  @Test
  void loadingASecondModelDoesNotChangeTheDefault() {
    loadOwn("first", 2);
    DefaultModel model = started();

    loadOwn("second", 1);
    model.update();

    assertThat(model.name()).contains("first");
    assertThat(started().name()).as("after a restart").contains("first");
  }

  @Test
  void theFirstImportedModelReplacesTheEmbeddedOneAndThatIsLogged() {
    loadEmbedded();
    DefaultModel model = started();

    loadOwn("own", 1);
    List<LogRecord> log = logged(DefaultModel.class, model::update);

    assertThat(model.name()).contains("own");
    assertThat(mark()).hasContent("own");
    assertThat(log).singleElement().satisfies(line -> isChange(line, "own"));
  }

  @Test
  void aChangeFromTheEmbeddedModelAcrossARestartIsLoggedOnce() {
    loadEmbedded();
    started();
    loadOwn("own", 1);

    List<LogRecord> first = logged(DefaultModel.class, this::started);
    List<LogRecord> second = logged(DefaultModel.class, this::started);

    assertThat(first).singleElement().satisfies(line -> isChange(line, "own"));
    assertThat(second)
        .singleElement()
        .satisfies(
            line -> assertThat(line.getParameters()[1]).asString().doesNotContain("cifar10"));
  }

  private static void isChange(LogRecord line, String now) {
    assertThat(line.getLevel()).isEqualTo(Level.INFO);
    assertThat(line.getParameters()[0]).isEqualTo(now);
    assertThat(line.getParameters()[1]).asString().contains(EmbeddedModel.NAME);
  }
}
