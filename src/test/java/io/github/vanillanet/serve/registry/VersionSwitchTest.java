package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.github.vanillanet.serve.scheduler.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class VersionSwitchTest {

  @TempDir Path root;

  private final ModelRegistry registry = new ModelRegistry();
  private final List<String> faults = new ArrayList<>();
  private final Set<Integer> unloadable = new HashSet<>();
  private final Set<Integer> nonsensical = new HashSet<>();
  private ModelRepository repository;
  private VersionSwitch versions;

  @BeforeEach
  void publish() throws IOException {
    repository = NarrowModels.publish(root, "narrow", 6);
    versions = keeping(6);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private VersionSwitch keeping(int keep) {
    return new VersionSwitch(repository, this::load, registry, new SwapGuard.Limits(10, 2), keep);
  }

  private ServedModel load(StoredVersion version) {
    if (unloadable.contains(version.id().version())) {
      throw BAD_ARTIFACT.error("%s cannot be loaded", version.id());
    }
    return PublishedModels.served(
        version, new Lane(version.id().toString(), new Fixed(logit(version)), 1));
  }

  private float logit(StoredVersion version) {
    return nonsensical.contains(version.id().version()) ? Float.NaN : 0;
  }

  private record Fixed(float logit) implements ModelInstance {
    @Override
    public void attachToThread() {}

    @Override
    public float[] forward(InputKind kind, ByteBuffer input, int samples) {
      float[] logits = new float[samples * PublishedModels.CLASSES];
      Arrays.fill(logits, logit);
      return logits;
    }

    @Override
    public void close() {}
  }

  private KnownVersions known() {
    return new KnownVersions(repository, registry);
  }

  private static ModelId version(int version) {
    return new ModelId("narrow", version);
  }

  private void activate(int... numbers) {
    for (int number : numbers) {
      versions.activate(version(number));
    }
  }

  private int live() {
    return registry.live("narrow").orElseThrow().version();
  }

  private ServedModel current() {
    return registry.current("narrow").orElseThrow();
  }

  @Test
  void highestVersionIsActiveByDefault() {
    assertThat(repository.active()).containsExactly(version(6));
  }

  @Test
  void activatedVersionIsLiveAfterARestart() {
    activate(2);

    assertThat(live()).isEqualTo(2);
    assertThat(new ModelRepository(root).active()).containsExactly(version(2));
  }

  @Test
  void rollbackUndoesOneActivation() {
    activate(2, 5, 3);

    assertThat(versions.rollback("narrow")).isEqualTo(version(5));
    assertThat(versions.rollback("narrow")).isEqualTo(version(2));
    assertThat(live()).isEqualTo(2);
    assertThatThrownBy(() -> versions.rollback("narrow")).has(code(ErrorCode.CONFLICT));
  }

  @Test
  void rollbackReturnsToTheVersionServedBeforeTheFirstActivation() {
    registry.swap(load(repository.open(version(5)))); // as at start-up, before 6 was published
    activate(6);

    assertThat(versions.rollback("narrow")).isEqualTo(version(5));
  }

  @Test
  void versionThatCannotBeLoadedChangesNothing() {
    activate(2, 3);
    unloadable.add(4);

    assertThatThrownBy(() -> activate(4)).has(code(BAD_ARTIFACT));

    assertThat(live()).isEqualTo(3);
    assertThat(repository.active("narrow")).hasValue(3);
    assertThat(versions.rollback("narrow")).isEqualTo(version(2));
  }

  @Test
  void aRefusedCommitChangesNothing() {
    activate(2);

    assertThat(versions.activate(version(3), () -> false)).isFalse();

    assertThat(live()).isEqualTo(2);
    assertThat(repository.active()).containsExactly(version(2));
    assertThat(versions.activate(version(2), () -> false)).isFalse();
  }

  @Test
  void onlyAVersionThatWasNeverActiveIsDiscarded() {
    activate(2, 3);

    versions.discard(version(2));
    versions.discard(version(4));

    assertThat(repository.versions("narrow")).containsExactly(1, 2, 3, 5, 6);
  }

  @Test
  void unknownModelsAndVersionsAreNotFound() {
    assertThatThrownBy(() -> activate(7)).has(code(ErrorCode.MODEL_NOT_FOUND));
    assertThatThrownBy(() -> versions.rollback("other")).has(code(ErrorCode.MODEL_NOT_FOUND));
    assertThatThrownBy(() -> known().of("../narrow")).has(code(ErrorCode.MODEL_NOT_FOUND));
  }

  @Test
  void listMarksTheLiveVersionAndTheRollbackTarget() {
    activate(2, 5);

    assertThat(known().of("narrow"))
        .extracting(KnownVersions.Entry::version)
        .containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(known().of("narrow"))
        .filteredOn(KnownVersions.Entry::live)
        .extracting(KnownVersions.Entry::version)
        .containsExactly(5);
    assertThat(known().of("narrow"))
        .filteredOn(KnownVersions.Entry::rollback)
        .extracting(KnownVersions.Entry::version)
        .containsExactly(2);
  }

  @Test
  void oldVersionsAreDeletedExceptActiveAndRollbackTarget() {
    activate(1, 3);
    versions = keeping(2);

    activate(2);

    assertThat(repository.versions("narrow")).containsExactly(2, 3, 5, 6);
  }

  @Test
  void historySkipsDeletedVersions() throws IOException {
    Files.writeString(root.resolve("narrow/active"), "17\nnonsense\n4\n");

    assertThat(repository.active("narrow")).hasValue(4);
  }

  @Test
  void versionThatFailsRightAfterItsSwapIsRolledBack() throws Exception {
    activate(2, 3);
    ServedModel failing = registry.lease("narrow").orElseThrow().model();

    current().answered();
    current().failed();
    current().failed();
    failing.release(); // the lease above

    failing.closed().get(); // closed, so the rollback has happened
    assertThat(live()).isEqualTo(2);
    assertThat(repository.active("narrow")).hasValue(2);
  }

  @Test
  void versionIsNotRolledBackAfterTheGuardedAnswers() {
    activate(2, 3);
    for (int i = 0; i < 10; i++) {
      current().answered();
    }

    current().failed();
    current().failed();

    assertThat(live()).isEqualTo(3);
  }

  @Test
  void firstVersionOfAModelIsNotRolledBack() {
    activate(1);

    current().failed();
    current().failed();

    assertThat(live()).isEqualTo(1);
  }

  @Test
  void nonFiniteAnswersToImagesCountAsFailures() throws Exception {
    ClassificationService service =
        new ClassificationService(
            new ModelSelection(registry, Optional.of("narrow"), () -> false, Map.of()),
            new ImageDecoder(1_000_000),
            1 << 20,
            2);
    byte[] image = Files.readAllBytes(Oracle.file("preprocess/png_rgb.png"));
    nonsensical.add(3);
    activate(2, 3);
    ServedModel failing = registry.lease("narrow").orElseThrow().model();

    for (int request = 0; request < 2; request++) {
      assertThatThrownBy(() -> service.classify(Optional.empty(), image, 1))
          .has(code(ErrorCode.ENGINE_FAILURE))
          .hasMessageContaining("not finite");
    }
    failing.release(); // the lease above

    failing.closed().get();
    assertThat(service.classify(Optional.empty(), image, 1).version()).isEqualTo(2);
  }

  @Test
  void nonFiniteAnswersToTensorsDoNotCountAsFailures() {
    ClassificationService service =
        new ClassificationService(
            new ModelSelection(registry, Optional.of("narrow"), () -> false, Map.of()),
            new ImageDecoder(1_000_000),
            1 << 20,
            2);
    nonsensical.add(3);
    activate(2, 3);
    ByteBuffer tensor = ByteBuffer.allocate(3 * 64 * 64 * Float.BYTES);

    for (int request = 0; request < 5; request++) {
      assertThatThrownBy(
              () ->
                  service.tensor(
                      Call.unbounded(),
                      ModelTarget.of(Optional.of("narrow")),
                      new long[] {1, 3, 64, 64},
                      tensor.duplicate(),
                      Function.identity()))
          .has(code(ErrorCode.ENGINE_FAILURE));
    }

    assertThat(live()).isEqualTo(3);
  }

  @Test
  void versionsThatMayServeAreOrderedByTheirLastActivation() {
    activate(2, 5, 3);

    assertThat(repository.choices("narrow", faults::add))
        .containsExactly(version(3), version(5), version(2), version(1));
    assertThat(faults).isEmpty();
  }

  @Test
  void versionThatARollbackLeftNeverServes() {
    activate(2, 3, 4);
    versions.rollback("narrow");
    activate(5);

    assertThat(repository.choices("narrow", faults::add))
        .containsExactly(version(5), version(3), version(2), version(1));

    activate(4); // an operator decides otherwise

    assertThat(repository.choices("narrow", faults::add)).startsWith(version(4), version(5));
  }

  @Test
  void rollbackSkipsADamagedVersion() {
    activate(2, 3, 4);
    unloadable.add(3);

    assertThat(versions.rollback("narrow")).isEqualTo(version(2));

    assertThat(live()).isEqualTo(2);
    assertThat(registry.repositoryFaults().reason(version(3))).isPresent();
    assertThat(repository.active("narrow")).hasValue(2);
  }

  @Test
  void failedActivationIsAFaultUntilTheVersionIsLoaded() {
    activate(2);
    unloadable.add(3);
    assertThatThrownBy(() -> activate(3)).has(code(BAD_ARTIFACT));
    assertThat(registry.repositoryFaults().all())
        .extracting(RepositoryFaults.Fault::model, RepositoryFaults.Fault::version)
        .containsExactly(tuple("narrow", Optional.of(3)));

    unloadable.clear();
    activate(3);

    assertThat(registry.repositoryFaults().all()).isEmpty();
  }

  @Test
  void damagedHistoryIsReadFromItsCopy() throws IOException {
    activate(2, 3);
    versions.rollback("narrow");
    Path active = root.resolve("narrow/active");
    for (String damaged : List.of("", "\u0000\u0000\u0000", "not a version\n")) {
      Files.writeString(active, damaged);

      assertThat(repository.choices("narrow", faults::add))
          .as(damaged)
          .containsExactly(version(2), version(1));
    }
    Files.delete(active);
    Files.createDirectory(active);
    assertThat(repository.active("narrow")).hasValue(2);
    assertThat(faults).hasSize(3);
  }

  @Test
  void withoutAReadableHistoryOnlyAnActivationDecides() throws IOException {
    Files.writeString(root.resolve("narrow/active"), "?");
    assertThatThrownBy(() -> repository.choices("narrow", faults::add))
        .has(code(ErrorCode.BAD_CONFIGURATION));

    activate(4);

    assertThat(live()).isEqualTo(4);
    assertThat(repository.choices("narrow", faults::add)).startsWith(version(4));
  }

  @Test
  void onlyVersionServesWithoutAReadableHistory() throws IOException {
    NarrowModels.publish(root, "single", 1);
    Files.writeString(root.resolve("single/active"), "?");

    assertThat(repository.choices("single", faults::add)).containsExactly(new ModelId("single", 1));
    assertThat(faults).hasSize(1);
  }

  @Test
  void missingActiveVersionIsAFault() throws IOException {
    activate(2, 5);
    FolderTree.delete(root.resolve("narrow/5"));
    Files.writeString(root.resolve("narrow/5"), "a file");

    assertThat(repository.choices("narrow", faults::add)).startsWith(version(2));
    assertThat(faults).hasSize(1);
  }
}
