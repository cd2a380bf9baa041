package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills the packaged service while it starts, then looks for files that nothing uses. */
@Timeout(300)
class LeftoversIT {

  private static final int KILLS = 4;
  private static final int LONGEST_START_MILLIS = 4000;

  private final Path folder;

  LeftoversIT(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void killedStartsLeaveNothingBehind() throws Exception {
    Path clean = folder.resolve("clean");
    startAndStop(clean);
    Path killed = folder.resolve("killed");
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);

    for (int kill = 0; kill < KILLS; kill++) {
      Jar.Running service = start(killed);
      service.process().waitFor(random.nextInt(LONGEST_START_MILLIS), TimeUnit.MILLISECONDS);
      service.process().destroyForcibly().waitFor();
    }
    startAndStop(killed);

    assertThat(files(killed)).containsExactlyElementsOf(files(clean));
  }

  private static void startAndStop(Path home) throws Exception {
    Jar.Running service = start(home);
    service.awaitReady();
    service.process().destroy();
    service.result();
  }

  private static Jar.Running start(Path home) throws IOException {
    Path temporary = Files.createDirectories(home.resolve("tmp"));
    Map<String, String> environment =
        Map.of(
            "QUARKUS_HTTP_PORT",
            "0",
            "VANILLANET_REPOSITORY",
            home.resolve("models").toString(),
            "VANILLANET_TRAINING_JOBS",
            home.resolve("jobs").toString(),
            "ENGINE_CACHE_DIR",
            home.resolve("engine").toString(),
            "JAVA_TOOL_OPTIONS",
            "-Djava.io.tmpdir=" + temporary);
    return new Jar(Files.createDirectories(home.resolveSibling("output")))
        .start(List.of(), environment);
  }

  private static Set<String> files(Path home) throws IOException {
    Set<String> files = new TreeSet<>();
    for (Path file : FolderTree.list(home)) {
      files.add(home.relativize(file).toString());
    }
    return files;
  }
}
