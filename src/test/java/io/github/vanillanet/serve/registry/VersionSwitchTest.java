package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.repository.ModelRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Activations, rollbacks, and the versions that are kept. */
@Timeout(120)
class VersionSwitchTest extends SwitchedVersions {

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
  void versionThatIsDeletedWhileItIsLoadedIsAConflict() {
    activate(2, 3);
    unloadable.add(4);
    VersionSwitch raced =
        new VersionSwitch(
            repository,
            version -> {
              repository.delete(version.id());
              return load(version);
            },
            registry,
            new SwapGuard.Limits(10, 2),
            6);

    assertThatThrownBy(() -> raced.activate(version(4))).has(code(ErrorCode.CONFLICT));
    assertThatThrownBy(() -> raced.activate(version(5))).has(code(ErrorCode.CONFLICT));

    assertThat(live()).isEqualTo(3);
    assertThat(repository.active("narrow")).hasValue(3);
    assertThat(registry.repositoryFaults().all()).isEmpty();
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
}
