package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The packaged service with an administrator and a heap of 512 MiB, all of it resident from the
 * start, so that growth of the process is visible. Its temporary files are in {@code FOLDER/tmp}.
 */
final class DrilledService implements AutoCloseable {

  static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final String USER = "drill";
  private static final String PASSWORD = "open-sesame";
  private static final int TERMINATED = 128 + 15;

  private final Jar.Running running;
  private final URI address;

  private DrilledService(Jar.Running running, URI address) {
    this.running = running;
    this.address = address;
  }

  /** Starts the process without waiting for the service. */
  static Jar.Running launch(Jar jar, Path folder, Map<String, String> environment)
      throws IOException {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "QUARKUS_HTTP_PORT", "0",
                "VANILLANET_REPOSITORY", folder.resolve("models").toString(),
                "VANILLANET_TRAINING_JOBS", folder.resolve("jobs").toString(),
                "VANILLANET_TRAINING_THREADS", "1",
                "VANILLANET_TRAINING_HEAP", "512m",
                "QUARKUS_SECURITY_USERS_EMBEDDED_USERS_DRILL", PASSWORD,
                "QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_DRILL", "admin",
                "MALLOC_ARENA_MAX", "1",
                "JAVA_TOOL_OPTIONS", temporary(folder) + " -Xms512m -Xmx512m -XX:+AlwaysPreTouch"));
    all.putAll(environment);
    return jar.start(List.of(), all);
  }

  static DrilledService start(Jar jar, Path folder, Map<String, String> environment)
      throws IOException, InterruptedException {
    Jar.Running running = launch(jar, folder, environment);
    return new DrilledService(running, running.awaitReady());
  }

  /** The option of Java that moves temporary files to {@code FOLDER/tmp}. */
  static String temporary(Path folder) throws IOException {
    return "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp"));
  }

  static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  /** Waits for the end of the process. */
  Jar.Result result() {
    return running.result();
  }

  /** A request with the credentials of the administrator. */
  HttpRequest.Builder request(String path) {
    byte[] credentials = (USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
    return HttpRequest.newBuilder(address.resolve(path))
        .timeout(TIMEOUT)
        .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
  }

  HttpResponse<String> post(HttpClient http, String path) throws IOException, InterruptedException {
    return http.send(
        request(path).POST(HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(HttpClient http, String path) throws IOException, InterruptedException {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The answer to a photo. */
  String classify(HttpClient http, String model) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            request("/classify/" + model)
                .header("Content-Type", "image/jpeg")
                .POST(HttpRequest.BodyPublishers.ofFile(Oracle.file("preprocess/jpeg_420.jpg")))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  void requireReady(HttpClient http) throws IOException, InterruptedException {
    HttpResponse<String> ready = get(http, "/q/health/ready");
    assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
  }

  Process process() {
    return running.process();
  }

  String log() throws IOException {
    return Files.readString(running.err());
  }

  /** Stops the service with SIGTERM and requires that it ends as documented. */
  @Override
  public void close() {
    if (process().isAlive()) {
      process().destroy();
      Jar.Result result = running.result();
      assertThat(result.exitCode()).as(result.err()).isEqualTo(TERMINATED);
    }
  }
}
