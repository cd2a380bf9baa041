package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three packaged services with one repository. */
@Timeout(300)
class FleetIT {

  private static final String MODEL = "shared-model";
  private static final Duration CONVERGENCE = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path models;
  private final Jar jar;
  private final List<Replica> replicas = new ArrayList<>();

  FleetIT(@TempDir Path folder) {
    this.models = folder.resolve("models");
    this.jar = new Jar(folder);
  }

  /** A service and a client that sends it one request after the other. */
  private static final class Replica {
    final Jar.Running running;
    final URI address;
    final Queue<String> failures = new ConcurrentLinkedQueue<>();
    final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    volatile int version;
    volatile boolean paused;
    volatile boolean closed;
    final Thread client = new Thread(this::send, "client");

    Replica(Jar.Running running) throws IOException, InterruptedException {
      this.running = running;
      this.address = running.awaitReady();
    }

    private void send() {
      try {
        HttpRequest request =
            HttpRequest.newBuilder(address.resolve("/classify/" + MODEL))
                .header("Content-Type", "image/jpeg")
                .POST(HttpRequest.BodyPublishers.ofFile(Oracle.file("preprocess/jpeg_420.jpg")))
                .build();
        while (!closed) {
          if (!paused) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
              failures.add(answer.body());
            } else {
              version = JSON.readTree(answer.body()).get("version").asInt();
            }
          }
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
      } catch (IOException | InterruptedException e) {
        failures.add(e.toString());
      }
    }

    int post(String path) throws IOException, InterruptedException {
      String credentials =
          Base64.getEncoder().encodeToString("ann:secret".getBytes(StandardCharsets.UTF_8));
      return http.send(
              HttpRequest.newBuilder(address.resolve(path))
                  .header("Authorization", "Basic " + credentials)
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }

    void signal(String name) throws IOException, InterruptedException {
      long process = running.process().pid();
      assertThat(new ProcessBuilder("kill", "-" + name, "" + process).start().waitFor()).isZero();
    }

    void awaitVersion(int expected) {
      long until = System.nanoTime() + CONVERGENCE.toNanos();
      while (version != expected && System.nanoTime() < until) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
      }
      assertThat(version).isEqualTo(expected);
    }
  }

  private Jar.Running launch() {
    return jar.start(
        List.of(),
        Map.of(
            "QUARKUS_HTTP_PORT", "0",
            "VANILLANET_REPOSITORY", models.toString(),
            "VANILLANET_THREADS", "1",
            "QUARKUS_SECURITY_USERS_EMBEDDED_USERS_ANN", "secret",
            "QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_ANN", "admin",
            "JAVA_TOOL_OPTIONS", "-Xmx256m"));
  }

  @AfterEach
  void stop() throws Exception {
    for (Replica replica : replicas) {
      replica.closed = true;
      replica.signal("CONT");
      replica.client.join();
      replica.running.process().destroy();
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
