package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the first command of the README in a copy of the project, with the compiled classes of this
 * build.
 */
class FirstCommandIT {

  private final Path project;

  FirstCommandIT(@TempDir Path project) {
    this.project = project;
  }

  @Test
  void theServiceStartsWithAdminClosedAndPrintsNoPrivateKey() throws Exception {
    copy(Path.of("pom.xml"));
    copy(Path.of(".mvn"));
    copy(Path.of("src", "main"));
    copy(Path.of("target", "classes"));
    Files.writeString(
        project.resolve(".mvn").resolve("maven.config"),
        "--offline\n-Dprotoc.skip\n-Dmaven.main.skip\n");

    Jar.Running service = start(firstCommand());
    String log;
    try {
      assertThat(Jar.Running.status(service.awaitReady().resolve("/admin/trainings")))
          .isEqualTo(401);
    } finally {
      List<ProcessHandle> children = service.process().descendants().toList();
      service.process().destroy();
      children.forEach(ProcessHandle::destroy);
      log = Files.readString(service.out()) + service.result().err();
    }

    assertThat(log).contains("/admin is closed").doesNotContain("/admin is open", "PRIVATE KEY");
    assertThat(log).doesNotContainPattern("\\.key=[A-Za-z0-9+/]{40}");
  }

  private static String firstCommand() throws IOException {
    return Files.readAllLines(Path.of("README.md")).stream()
        .filter(line -> line.contains("mvn "))
        .findFirst()
        .orElseThrow();
  }

  private Jar.Running start(String command) throws IOException {
    Path out = project.resolve("out");
    Path err = project.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", command)
            .directory(project.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("QUARKUS_HTTP_PORT", "0");
    builder.environment().put("VANILLANET_WARM_UP", "0S");
    return new Jar.Running(builder.start(), out, err);
  }

  private void copy(Path source) throws IOException {
    try (var files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.createDirectories(project.resolve(file).getParent());
        Files.copy(file, project.resolve(file));
      }
    }
  }
}
