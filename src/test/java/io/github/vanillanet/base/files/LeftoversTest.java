package io.github.vanillanet.base.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of this process, of one that has ended, and of one on another machine. */
class LeftoversTest {

  @TempDir Path folder;

  @Test
  void fileOfThisProcessStays() throws IOException {
    Path own = write(".active-" + OwnedName.next());

    Leftovers.delete(folder);

    assertThat(own).exists();
  }

  @Test
  void fileOfAnEndedProcessIsDeletedAtOnce() throws Exception {
    Path file = write(".active-" + ofEndedProcess());
    Path inFolder = folder.resolve(".publishing-" + ofEndedProcess());
    Files.writeString(Files.createDirectory(inFolder).resolve("model.pt"), "half");
    Path other = write("active");

    Leftovers.delete(folder);

    assertThat(file).doesNotExist();
    assertThat(inFolder).doesNotExist();
    assertThat(other).exists();
  }

  @Test
  void newFileOfAnotherMachineStays() throws IOException {
    Path other = write(".active-" + UUID.randomUUID());

    Leftovers.delete(folder);

    assertThat(other).exists();
  }

  /** A name of this process with the number of another one, which has ended. */
  private static String ofEndedProcess() throws IOException, InterruptedException {
    UUID own = UUID.fromString(OwnedName.next());
    assumeTrue(own.version() != 4 || Files.exists(Path.of("/proc/self/ns/pid")), "not Linux");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "-version")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.waitFor();
    long random = own.getLeastSignificantBits() & (1L << 40) - 1;
    return new UUID(own.getMostSignificantBits(), process.pid() << 40 | random).toString();
  }

  private Path write(String name) throws IOException {
    return Files.writeString(folder.resolve(name), "1\n");
  }
}
