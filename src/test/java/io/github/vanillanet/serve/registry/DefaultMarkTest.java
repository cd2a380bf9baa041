package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.vanillanet.model.repository.DefaultMark;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** The file that marks the default model. */
class DefaultMarkTest extends DefaultModels {

  @Test
  void neitherTheEmbeddedNorAnUntrainedModelIsMarked() {
    loadSeeded("seeded");
    started();
    started(Optional.of("seeded"));
    unload("seeded");
    loadEmbedded();
    started();
    started(Optional.of(EmbeddedModel.NAME));

    assertThat(mark()).doesNotExist();
  }

  @Test
  void aTrainedModelWithTheEmbeddedModelsNameCanBeMarked() {
    loadOwn(EmbeddedModel.NAME, 5);

    assertThat(started().name()).contains(EmbeddedModel.NAME);
    assertThat(mark()).hasContent(EmbeddedModel.NAME);
  }

  @Test
  void aMarkedModelIsTheDefaultAgainAfterItIsReloaded() {
    loadOwn("first", 1);
    DefaultModel model = started();
    loadOwn("second", 2);

    unload("first");
    model.update();
    assertThat(model.name()).contains("second");
    assertThat(mark()).hasContent("first");

    loadOwn("older", 1);
    model.update();
    assertThat(model.name()).as("not changed by another load").contains("second");

    loadOwn("first", 3);
    model.update();
    assertThat(model.name()).contains("first");
  }

  @Test
  void aMarkOnADeletedModelIsReplaced() {
    loadOwn("first", 1);
    loadOwn("second", 2);
    DefaultModel model = started();

    delete("first");
    model.update();

    assertThat(model.name()).contains("second");
    assertThat(mark()).hasContent("second");
  }

  @Test
  void aDamagedMarkIsIgnoredWithOneWarningAndReplaced() throws IOException {
    loadOwn("own", 1);

    for (String damaged : List.of("", "../own", "own\nother", "x".repeat(5000), "\0\1\2")) {
      Files.writeString(mark(), damaged);
      List<LogRecord> log =
          logged(DefaultMark.class, () -> assertThat(started().name()).contains("own"));
      assertThat(log)
          .singleElement()
          .satisfies(line -> assertThat(line.getLevel()).isEqualTo(Level.WARNING));
      assertThat(mark()).hasContent("own");
    }
  }

  @Test
  void aMarkThatCannotBeReadOrWrittenIsComputed() throws IOException {
    Files.createDirectories(mark().resolve("in-the-way"));
    loadOwn("first", 2);
    DefaultModel model = started();

    loadOwn("second", 1);
    model.update();

    assertThat(model.name()).as("until the process ends").contains("first");
    assertThat(started().name()).as("after a restart").contains("second");
  }

  @Test
  void anUnreadableRepositoryKeepsTheDefault() throws IOException {
    loadOwn("own", 1);
    DefaultModel model = started();
    StoredVersion version = loaded.get(0);
    loaded.clear();
    DefaultModel failing =
        new DefaultModel(
            Optional.empty(),
            repository,
            () -> {
              if (loaded.isEmpty()) {
                return List.of(version);
              }
              throw BAD_CONFIGURATION.error("unreadable");
            });
    failing.update();
    loaded.add(version);

    failing.update();

    assertThat(failing.name()).isEqualTo(model.name()).contains("own");
  }

  @Test
  void inAReadOnlyRepositoryTheDefaultIsComputedAndNotWritten() {
    loadOwn("newer", 2);
    loadOwn("older", 1);
    assertThat(root.toFile().setWritable(false)).isTrue();
    assumeFalse(Files.isWritable(root), "the superuser can write everywhere");

    try {
      assertThat(started().name()).contains("older");
      assertThat(mark()).doesNotExist();
    } finally {
      root.toFile().setWritable(true);
    }
  }
}
