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
  void folderOfARunningProcessStaysWhenOthersStart() throws Exception {
    Process first = start();
    Process second = start();
    try {
      Path folder = Path.of(first.inputReader().readLine());
      assertThat(second.inputReader().readLine()).isNotNull();
      Process third = start();
      assertThat(Path.of(third.inputReader().readLine())).isDirectory();
      end(third);

      assertThat(folder).isDirectory();
    } finally {
      end(first);
      end(second);
    }
    assertThat(parent).isEmptyDirectory();
  }

  /** A process that prints its folder and ends with its input. */
  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-Djava.io.tmpdir=" + parent,
            "-cp",
            System.getProperty("java.class.path"),
            ProcessFolderTest.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void end(Process process) throws Exception {
    process.outputWriter().close();
    process.waitFor();
  }

  public static void main(String[] arguments) throws IOException {
    try (ProcessFolder own = ProcessFolder.use().orElseThrow()) {
      System.out.println(own.folder());
      while (System.in.read() >= 0) {
        // continues until the test closes the input
      }
    }
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
