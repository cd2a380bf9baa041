package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.repository.DefaultMark;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.VersionPublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultModelTest {

  private static final Manifest EMBEDDED = EmbeddedModel.described().manifest();

  @TempDir Path root;

  private final List<StoredVersion> loaded = new ArrayList<>();
  private ModelRepository repository;

  @BeforeEach
  void open() {
    repository = new ModelRepository(root);
  }

  private DefaultModel started(Optional<String> setting) {
    DefaultModel model = new DefaultModel(setting, repository, () -> List.copyOf(loaded));
    model.start();
    return model;
  }

  private DefaultModel started() {
    return started(Optional.empty());
  }

  private StoredVersion load(String name, int day, boolean trained, String artifactSha256) {
    Certificate c = EMBEDDED.certificate();
    Manifest manifest =
        new Manifest(
            1,
            name,
            Instant.parse("2026-01-%02dT00:00:00Z".formatted(day)),
            trained,
            EMBEDDED.architecture(),
            EMBEDDED.depth(),
            EMBEDDED.parameters(),
            EMBEDDED.macs(),
            EMBEDDED.preprocessing(),
            EMBEDDED.precision(),
            EMBEDDED.origin(),
            EMBEDDED.accuracy(),
            EMBEDDED.trainingImages(),
            EMBEDDED.calibration(),
            EMBEDDED.domain(),
            new Certificate(
                c.source(),
                c.variant(),
                c.slope(),
                c.weightsSha256(),
                artifactSha256,
                c.probes(),
                c.goldenLogits(),
                c.float64(),
                c.served(),
                c.precision(),
                c.versions()));
    unload(name);
    StoredVersion version =
        new VersionPublisher(repository)
            .publish(name, List.of(), other -> false, folder -> manifest)
            .version();
    loaded.add(version);
    return version;
  }

  private void loadOwn(String name, int day) {
    load(name, day, true, "digest of " + name + day);
  }

  private void loadSeeded(String name) {
    load(name, 1, false, "digest of " + name);
  }

  private void loadEmbedded() {
    load(EmbeddedModel.NAME, 1, true, EMBEDDED.certificate().artifactSha256());
  }

  private void unload(String name) {
    loaded.removeIf(version -> version.id().name().equals(name));
  }

  private void delete(String name) {
    unload(name);
    repository.versions(name).forEach(v -> repository.delete(new ModelId(name, v)));
  }

  private Path mark() {
    return root.resolve(".default");
  }

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
  void aTrainedModelWithTheEmbeddedModelsNameCanBeMarked() {
    loadOwn(EmbeddedModel.NAME, 5);

    assertThat(started().name()).contains(EmbeddedModel.NAME);
    assertThat(mark()).hasContent(EmbeddedModel.NAME);
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
    failing.start();
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

  private static List<LogRecord> logged(Class<?> source, Runnable action) {
    List<LogRecord> records = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            records.add(line);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(source.getName());
    logger.addHandler(handler);
    try {
      action.run();
    } finally {
      logger.removeHandler(handler);
    }
    return records;
  }
}
