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
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A service and a client that sends it one request after the other. */
final class Replica implements AutoCloseable {

  static final String MODEL = "shared-model";

  private static final Duration CONVERGENCE = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();

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
    return post(path, "");
  }

  int post(String path, String json) throws IOException, InterruptedException {
    String credentials =
        Base64.getEncoder().encodeToString("ann:secret".getBytes(StandardCharsets.UTF_8));
    return http.send(
            HttpRequest.newBuilder(address.resolve(path))
                .header("Authorization", "Basic " + credentials)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
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

  /** The variables of a service with an administrator. */
  static Map<String, String> variables(String repository) {
    return Map.of(
        "QUARKUS_HTTP_PORT", "0",
        "VANILLANET_REPOSITORY", repository,
        "VANILLANET_THREADS", "1",
        "QUARKUS_SECURITY_USERS_EMBEDDED_USERS_ANN", "secret",
        "QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_ANN", "admin",
        "JAVA_TOOL_OPTIONS", "-Xmx256m");
  }

  /** Stops the client and asks the service to stop. */
  @Override
  public void close() throws IOException, InterruptedException {
    closed = true;
    signal("CONT");
    client.join();
    running.process().destroy();
  }
}
