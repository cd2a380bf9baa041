package io.github.vanillanet.base.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessFolderTest {

  @TempDir Path parent;

  @Test
  void lockedFolderStays() throws IOException {
    try (ProcessFolder own = ProcessFolder.create(parent)) {
      Path file = Files.writeString(own.folder().resolve("library.so"), "code");

      ProcessFolder.deleteAbandoned(parent);

      assertThat(file).exists();
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void folderAndLockOfAnEndedProcessAreDeleted() throws IOException {
    Path folder = parent.resolve("vanillanet-" + UUID.randomUUID());
    Files.writeString(Files.createDirectory(folder).resolve("library.so"), "code");
    Files.createFile(parent.resolve(folder.getFileName() + ".lock"));
    Files.createFile(parent.resolve("vanillanet-" + UUID.randomUUID() + ".lock"));
    Files.createDirectory(parent.resolve("vanillanet-" + UUID.randomUUID()));
    Path other = Files.createDirectory(parent.resolve("vanillanet-models"));

    ProcessFolder.deleteAbandoned(parent);

    assertThat(parent).isDirectoryContaining(other::equals);
    assertThat(parent.toFile().list()).hasSize(1);
  }
}
