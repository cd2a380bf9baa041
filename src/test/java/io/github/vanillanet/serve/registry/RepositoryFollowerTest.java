package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two services with one repository. */
@Timeout(120)
class RepositoryFollowerTest {

  @TempDir Path root;

  private final List<Replica> replicas = new ArrayList<>();
  private long now;

  private ModelRepository repository;
  private Replica first;
  private Replica second;

  @BeforeEach
  void start() throws IOException {
    repository = NarrowModels.publish(root, "narrow", 3);
    first = replica();
    second = replica();
    replicas.forEach(Replica::poll);
  }

  @AfterEach
  void close() {
    replicas.forEach(replica -> replica.registry.close());
  }

  private Replica replica() {
    Replica replica = new Replica(new ModelRepository(root), () -> now);
    replicas.add(replica);
    return replica;
  }

  private static ModelId version(int version) {
    return new ModelId("narrow", version);
  }

  @Test
  void theOtherReplicaFollowsActivationsAndRollbacks() {
    first.versions.activate(version(1));
    assertThat(second.live()).contains(3);
    second.poll();
    assertThat(second.live()).contains(1);
    assertThat(second.follower.drifting()).isZero();

    second.versions.rollback("narrow");
    first.poll();
    assertThat(first.live()).contains(3);
  }

  @Test
  void nothingIsLoadedAgainWithoutAChange() {
    for (int poll = 0; poll < 5; poll++) {
      first.poll();
    }

    assertThat(first.loads).containsExactly(version(3));
  }

  @Test
  void aVersionThatIsPublishedLaterWaitsForItsActivation() throws IOException {
    NarrowModels.copy(root.resolve("narrow"), 4);
    Replica third = replica();
    replicas.forEach(Replica::poll);
    assertThat(replicas).allMatch(replica -> replica.live().equals(Optional.of(3)));

    third.versions.activate(version(4));
    replicas.forEach(Replica::poll);
    assertThat(replicas).allMatch(replica -> replica.live().equals(Optional.of(4)));
  }

  @Test
  void withoutARecordTheVersionInServiceIsRecordedAgain() throws IOException {
    first.versions.activate(version(1));
    second.poll();
    FolderTree.delete(root.resolve("narrow/active"));
    FolderTree.delete(root.resolve("narrow/generations"));

    second.poll();
    Replica third = replica();
    replicas.forEach(Replica::poll);

    assertThat(replicas).allMatch(replica -> replica.live().equals(Optional.of(1)));
    assertThat(replicas).allMatch(replica -> replica.follower.drifting() == 0);
    assertThat(third.loads).containsExactly(version(1));
  }

  @Test
  void aNewModelIsServed() throws IOException {
    NarrowModels.publish(root, "another", 1);

    first.poll();

    assertThat(first.registry.names()).containsExactly("another", "narrow");
  }

  @Test
  void aVersionThatOneReplicaCannotLoadLeavesTheOldOneInService() {
    second.unloadable.add(2);
    first.versions.activate(version(2));
    second.poll();
    second.poll();

    assertThat(second.live()).contains(3);
    assertThat(second.follower.drifting()).isEqualTo(1);
    assertThat(second.registry.repositoryFaults().reason(version(2))).isPresent();
    assertThat(second.loads).containsExactly(version(3), version(2)); // no retry at once

    second.unloadable.clear();
    now += Duration.ofMinutes(2).toNanos();
    second.poll();

    assertThat(second.live()).contains(2);
    assertThat(second.follower.drifting()).isZero();
    assertThat(second.registry.repositoryFaults().all()).isEmpty();
  }

  @Test
  void aFileThatIsAddedToTheVersionIsLoaded() throws IOException {
    Files.writeString(root.resolve("narrow/3/added.bin"), "side file");

    first.poll();
    first.poll();

    assertThat(first.loads).containsExactly(version(3), version(3));
    assertThat(first.live()).contains(3);
  }

  @Test
  void anUnloadedModelStaysUnloadedUntilTheNextActivation() {
    first.versions.unload("narrow");
    first.poll();
    assertThat(first.live()).isEmpty();
    assertThat(first.follower.drifting()).isZero();

    second.versions.activate(version(1));
    first.poll();
    assertThat(first.live()).contains(1);
  }

  @Test
  void aRepositoryThatIsAwayChangesNothing() throws IOException {
    Path away = root.resolveSibling(root.getFileName() + "-away");
    Files.move(root, away);
    Files.writeString(root, "not a folder");
    first.poll();

    assertThat(first.live()).contains(3);
    assertThat(first.follower.problem()).isPresent();

    Files.delete(root);
    first.poll();
    assertThat(first.live()).contains(3);
    assertThat(first.follower.problem()).isPresent();

    Files.move(away, root);
    first.poll();
    assertThat(first.follower.problem()).isEmpty();
    assertThat(first.follower.drifting()).isZero();
  }

  @Test
  void aFaultOfTheOriginalIsListedAlsoWithoutACopyUntilItIsRepaired() {
    Map<String, String> faults = new HashMap<>();
    RepositoryFollower follower =
        new RepositoryFollower(
            repository, () -> Map.copyOf(faults), first.versions, first.registry, () -> now);
    faults.put("narrow", "its calibration is damaged");
    faults.put("new", root + "/new/1 is damaged");
    follower.poll(() -> false);

    assertThat(first.live()).contains(3);
    assertThat(follower.drifting()).isEqualTo(1);
    assertThat(first.registry.repositoryFaults().all())
        .extracting(RepositoryFaults.Fault::model, RepositoryFaults.Fault::reason)
        .containsExactly(
            tuple("narrow", "its calibration is damaged"), tuple("new", "new/1 is damaged"));

    faults.clear();
    follower.poll(() -> false);
    assertThat(follower.drifting()).isZero();
    assertThat(first.registry.repositoryFaults().all()).isEmpty();
  }

  @Test
  void aVersionWhoseFolderIsGoneStaysInService() throws IOException {
    FolderTree.delete(root.resolve("narrow/3"));

    first.poll();

    assertThat(first.live()).contains(3);
    assertThat(first.follower.drifting()).isEqualTo(1);
  }

  @Test
  void aFailingVersionIsRolledBackOnceForAllReplicas() throws Exception {
    first.versions.activate(version(1));
    first.versions.activate(version(2));
    second.poll();
    ServedModel failing = second.registry.lease("narrow").orElseThrow().model();
    first.versions.rollback("narrow"); // the first replica has seen the failures already

    failing.failed();
    failing.failed();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("rollback-narrow/2")) {
        thread.join();
      }
    }
    second.poll();
    failing.release(); // the lease above
    failing.closed().get();

    assertThat(repository.active("narrow")).hasValue(1);
    assertThat(second.live()).contains(1);
  }

  @Test
  void aRollbackThatAnotherActivationOvertakesIsRejected() {
    first.versions.activate(version(1));
    second.unloadable.add(3);
    Replica slow = replica();
    slow.poll();

    VersionSwitch overtaken =
        new VersionSwitch(
            repository,
            version -> {
              second.versions.activate(version(2));
              return slow.load(version);
            },
            slow.registry,
            new SwapGuard.Limits(10, 2),
            3);

    assertThatThrownBy(() -> overtaken.rollback("narrow")).has(code(ErrorCode.CONFLICT));
    assertThat(repository.active("narrow")).hasValue(2);
  }
}
