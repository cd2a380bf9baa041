package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.cli.Jar;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three packaged services with one repository. */
@Timeout(300)
class FleetIT {

  private static final String MODEL = Replica.MODEL;

  private final Path models;
  private final Jar jar;
  private final List<Replica> replicas = new ArrayList<>();

  FleetIT(@TempDir Path folder) {
    this.models = folder.resolve("models");
    this.jar = new Jar(folder);
  }

  private Jar.Running launch() {
    return jar.start(List.of(), Replica.variables(models.toString()));
  }

  @AfterEach
  void stop() throws Exception {
    for (Replica replica : replicas) {
      replica.close();
    }
    for (Replica replica : replicas) {
      replica.running.result();
    }
  }

  @Test
  void allServicesFollowWithoutAFailedRequestAndAStoppedOneCatchesUp() throws Exception {
    assertThat(jar.importSmall(models, "--name", MODEL).exitCode()).isZero();
    List<Jar.Running> launched = List.of(launch(), launch(), launch());
    for (Jar.Running running : launched) {
      Replica replica = new Replica(running);
      replicas.add(replica);
      replica.client.start();
    }

    importAtTheSameTime(3);
    assertThat(models.resolve(MODEL).toFile().list()).contains("1", "2").doesNotContain("3");
    replicas.forEach(replica -> replica.awaitVersion(1));

    Replica stopped = replicas.get(2);
    stopped.paused = true;
    stopped.signal("STOP");
    assertThat(replicas.get(0).post("/admin/models/" + MODEL + "/versions/2/activate"))
        .isEqualTo(200);
    replicas.get(0).awaitVersion(2);
    replicas.get(1).awaitVersion(2);
    assertThat(stopped.version).isEqualTo(1);

    stopped.signal("CONT");
    stopped.paused = false;
    stopped.awaitVersion(2);

    assertThat(replicas.get(1).post("/admin/models/" + MODEL + "/rollback")).isEqualTo(200);
    replicas.forEach(replica -> replica.awaitVersion(1));
    assertThat(replicas).allMatch(replica -> replica.failures.isEmpty());
  }

  /** Other weights than those of version 1. */
  private void importAtTheSameTime(int processes) {
    List<Jar.Running> imports = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      imports.add(jar.startImport(models, "--name", MODEL, "--key", "model"));
    }
    for (Jar.Running running : imports) {
      Jar.Result result = running.result();
      assertThat(result.exitCode()).as(result.err()).isZero();
    }
  }
}
