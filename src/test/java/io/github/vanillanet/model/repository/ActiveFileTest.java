package io.github.vanillanet.model.repository;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.FolderTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writers of the same file that do not know each other. */
class ActiveFileTest {

  @TempDir Path model;

  private ActiveFile file;

  @BeforeEach
  void create() {
    file = new ActiveFile(model);
  }

  private ActiveFile.Stored read() {
    return file.read(fault -> {});
  }

  private List<Integer> versions() {
    return read().history().versions();
  }

  @Test
  void onlyOneOfTwoWritersReplacesWhatBothHaveRead() {
    ActiveFile.Stored both = read();

    assertThat(file.replace(both, both.history().activated(1))).isTrue();
    assertThat(new ActiveFile(model).replace(both, both.history().activated(2))).isFalse();

    assertThat(versions()).containsExactly(1);
  }

  @Test
  void noneOfManyConcurrentChangesIsLost() throws Exception {
    int writers = 6;
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    List<Future<?>> changes = new ArrayList<>();
    for (int writer = 1; writer <= writers; writer++) {
      int version = writer;
      changes.add(
          threads.submit(
              () -> {
                start.await();
                new ActiveFile(model).update(history -> history.activated(version));
                return null;
              }));
    }
    start.countDown();
    for (Future<?> change : changes) {
      change.get();
    }
    threads.shutdown();

    assertThat(read().generation()).isEqualTo(writers);
    assertThat(versions()).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
  }

  @Test
  void aWriterThatWasKilledBetweenItsStepsHasActivated() throws IOException {
    file.update(history -> history.activated(1));
    byte[] before = Files.readAllBytes(model.resolve("active"));
    file.update(history -> history.activated(2));
    Files.write(model.resolve("active"), before); // as if it was killed, or stopped and continued

    assertThat(versions()).containsExactly(2, 1);

    file.repair();

    assertThat(Files.readAllLines(model.resolve("active"))).startsWith("2", "1");
    file.update(history -> history.activated(3));
    assertThat(versions()).containsExactly(3, 2, 1);
  }

  @Test
  void aWriterThatWasStoppedForManyChangesChangesNothing() {
    ActiveFile.Stored old = read();
    for (int version = 1; version <= 40; version++) {
      int next = version;
      file.update(history -> history.activated(next));
    }

    assertThat(file.replace(old, old.history().activated(99))).isFalse();

    assertThat(versions()).startsWith(40, 39).doesNotContain(99);
    assertThat(model.resolve("generations").toFile().list()).hasSizeLessThan(20);
  }

  @Test
  void anOperatorWritesTheFileByHand() throws IOException {
    file.update(history -> history.activated(1));
    file.update(history -> history.activated(2));

    Files.writeString(model.resolve("active"), "1\n");

    assertThat(versions()).containsExactly(1, 2);
    file.update(history -> history.activated(3));
    assertThat(versions()).containsExactly(3, 1, 2);
  }

  @Test
  void anOperatorActivatesAVersionThatARollbackLeft() throws IOException {
    file.update(history -> history.activated(1).activated(2).activated(3));
    file.update(VersionHistory::back);

    Files.writeString(model.resolve("active"), "3");

    assertThat(versions()).containsExactly(3, 2, 1);
    assertThat(read().history().left()).isEmpty();
  }

  @Test
  void aWriterThatFailsBetweenItsStepsHasActivated() throws IOException {
    file.update(history -> history.activated(1));
    Files.delete(model.resolve("active"));
    Files.createDirectory(model.resolve("active"));

    ActiveFile.Stored before = read();
    assertThat(file.replace(before, before.history().activated(2))).isTrue();
    assertThat(versions()).containsExactly(2, 1);

    Files.delete(model.resolve("active"));
    file.update(history -> history.activated(3));
    assertThat(Files.readAllLines(model.resolve("active"))).startsWith("3", "2", "1");
    assertThat(model.toFile().list()).containsExactlyInAnyOrder("active", "generations");
  }

  @Test
  void aWriterThatFailsToReplaceTheFileOfAnOperatorHasNotActivated() throws IOException {
    Files.writeString(model.resolve("active"), "1\n");
    ActiveFile.Stored before = read();
    Files.createDirectories(model.resolve("generations/5")); // has no copy

    assertThatThrownBy(() -> file.replace(before, before.history().activated(2)))
        .has(code(ErrorCode.BAD_CONFIGURATION));

    assertThat(versions()).containsExactly(1);
  }

  @Test
  void theFileIsReadWithoutTheFolderOfItsCopies() throws IOException {
    file.update(history -> history.activated(1));
    ActiveFile.Stored stored = read();
    FolderTree.delete(model.resolve("generations"));
    Files.writeString(model.resolve("generations"), "a file");

    assertThat(read()).isEqualTo(stored);
    assertThatThrownBy(() -> file.replace(stored, stored.history().activated(2)))
        .has(code(ErrorCode.BAD_CONFIGURATION));
    assertThat(versions()).containsExactly(1);
  }

  @Test
  void aDamagedFileIsReplacedByItsNewestCopyOnly() throws IOException {
    file.update(history -> history.activated(1));
    file.update(history -> history.activated(2));
    List<String> faults = new ArrayList<>();
    Files.writeString(model.resolve("active"), "\0\0\0");

    assertThat(file.read(faults::add).history().versions()).containsExactly(2, 1);
    assertThat(faults).hasSize(1);

    FolderTree.delete(model.resolve("generations/2"));
    Files.createDirectory(model.resolve("generations/2"));
    assertThatThrownBy(this::read).has(code(ErrorCode.BAD_CONFIGURATION));
  }
}
