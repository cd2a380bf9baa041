package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.model.repository.ModelId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which version serves after a restart, also if files of the history are damaged. */
@Timeout(120)
class ActivationHistoryTest extends SwitchedVersions {

  @Test
  void historySkipsDeletedVersions() throws IOException {
    Files.writeString(root.resolve("narrow/active"), "17\nnonsense\n4\n");

    assertThat(repository.active("narrow")).hasValue(4);
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
  void theFaultOfAVersionEndsWhenItsFilesChange() throws IOException {
    activate(2);
    Path labels = root.resolve("narrow/3/labels.txt");
    String whole = Files.readString(labels);
    Files.delete(labels);
    assertThatThrownBy(() -> activate(3)).has(code(BAD_ARTIFACT));
    assertThat(registry.repositoryFaults().all()).hasSize(1);

    Files.writeString(labels, whole);

    assertThat(registry.repositoryFaults().all()).isEmpty();
    assertThat(registry.repositoryFaults().reason(version(3))).isEmpty();
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
  void activationOfTheServedVersionWritesADamagedHistoryAgain() throws IOException {
    activate(2, 3);
    Files.writeString(root.resolve("narrow/active"), "?");
    assertThat(repository.active("narrow")).hasValue(3);

    activate(3);

    assertThat(repository.choices("narrow", faults::add)).startsWith(version(3), version(2));
    assertThat(faults).isEmpty();
  }

  @Test
  void anOperatorWhoNamesAMissingVersionKeepsTheHistory() throws IOException {
    activate(2, 3);
    Files.writeString(root.resolve("narrow/active"), "77");

    assertThat(repository.choices("narrow", faults::add)).startsWith(version(3), version(2));
    assertThat(faults).hasSize(1);
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
