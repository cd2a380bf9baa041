package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the script of the chart's init container with a program named java that only answers. */
class ImportContainerTest {

  @TempDir Path folder;

  /**
   * @param answer of {@code models --has}
   * @param exitCode of the container
   */
  @ParameterizedTest
  @CsvSource({"0, 0, false", "1, 0, true", "2, 2, false", "137, 137, false"})
  void onlyAnAbsentModelIsImported(int answer, int exitCode, boolean imports) throws Exception {
    List<String> command =
        Chart.render(
                """
                models:
                  checkpoints: {existingClaim: downloads}
                  import: [{checkpoint: nine.pth, variant: vanillanet_9, name: nine}]
                """)
            .only(Deployment.class)
            .getSpec()
            .getTemplate()
            .getSpec()
            .getInitContainers()
            .get(0)
            .getCommand();
    Path calls = folder.resolve("calls");
    Path java = Files.writeString(folder.resolve("java"), script(calls, answer));
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));

    ProcessBuilder container = new ProcessBuilder(command).redirectErrorStream(true);
    container.environment().put("PATH", folder + ":" + System.getenv("PATH"));
    Process process = container.start();
    process.getInputStream().readAllBytes();

    assertThat(process.waitFor()).isEqualTo(exitCode);
    List<String> lines = Files.readAllLines(calls);
    assertThat(lines.get(0)).endsWith("models --has nine --repository /models");
    assertThat(lines).hasSize(imports ? 2 : 1);
    assertThat(
            lines.size() > 1 && lines.get(1).contains(" import --repository /models --name nine"))
        .isEqualTo(imports);
  }

  private static String script(Path calls, int answer) {
    return "#!/bin/sh\necho \"$@\" >> '%s'\ncase \"$*\" in *--has*) exit %d ;; esac\n"
        .formatted(calls, answer);
  }
}
