package io.github.vanillanet.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.cli.Jar;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills an import with SIGKILL, then starts the packaged service. */
@Timeout(300)
class InterruptedImportIT {

  private final Path models;
  private final Jar jar;

  InterruptedImportIT(@TempDir Path folder) {
    this.models = folder.resolve("models");
    this.jar = new Jar(folder);
  }

  @Test
  void aKilledImportLeavesNoModelAndTheNextOneIsServed() throws Exception {
    Jar.Running killed = jar.startImport(models, "--name", "mine");
    while (killed.process().isAlive() && !isWriting()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    killed.process().destroyForcibly().waitFor();
    assertThat(models.resolve("mine")).isDirectory();
    assertThat(models.resolve("mine/1")).doesNotExist();
    assertThat(has("mine")).isEqualTo(1);
    assertThat(has("../mine")).isEqualTo(2);

    Jar.Running service =
        jar.start(
            List.of(),
            Map.of(
                "QUARKUS_HTTP_PORT", "0",
                "VANILLANET_REPOSITORY", models.toString(),
                "VANILLANET_EMBEDDED_MODEL", "never"));
    try {
      URI address = service.awaitStarted();
      assertThat(Jar.Running.status(address.resolve("/q/health/live"))).isEqualTo(200);
      JsonPath ready = given().get(address.resolve("/q/health/ready")).jsonPath();
      assertThat(ready.getString("status")).isEqualTo("DOWN");
      assertThat(ready.getString("checks.find { it.name == 'models' }.data.state"))
          .isEqualTo("EMPTY");
      assertThat(ready.getString("checks.find { it.name == 'models' }.data.reason")).isNotBlank();
      assertThat(models).isEmptyDirectory(); // neither the leftover nor the included model

      assertThat(jar.importSmall(models, "--name", "mine").exitCode()).isZero();
      service.awaitReady();
      assertThat(given().get(address.resolve("/models")).jsonPath().getList("models.name"))
          .containsExactly("mine");
      assertThat(has("mine")).isZero();
    } finally {
      service.process().destroy();
      service.result();
    }
  }

  private boolean isWriting() throws IOException {
    return Files.isDirectory(models)
        && FolderTree.list(models).stream().anyMatch(path -> path.endsWith("model.pt"));
  }

  private int has(String name) {
    return jar.run("models", "--has", name, "--repository", models.toString()).exitCode();
  }
}
