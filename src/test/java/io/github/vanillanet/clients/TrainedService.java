package io.github.vanillanet.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.cli.Jar;
import io.github.vanillanet.serve.registry.NarrowModels;
import io.github.vanillanet.train.pipeline.PaintedDataset;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The packaged service with a model in two versions, an administrator, a data root, and a training
 * that has ended.
 */
final class TrainedService implements AutoCloseable {

  static final String MODEL = "narrow";
  static final String USER = "chief";
  static final String PASSWORD = "open sesame";

  /** Below the data root. */
  static final String DATA = "painted";

  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The model learns the colours in seconds, and is not activated: requests name their model. */
  private static final String REQUEST =
      """
      {"name": "colours", "variant": "vanillanet_5", "data": "painted", "dims": [8, 8, 16, 16],
       "input_size": 32, "epochs": 4, "decay_epochs": 3, "batch_size": 24, "optimizer": "adamw",
       "learning_rate": 0.01, "warmup_epochs": 1, "ema_decay": 0.9, "seed": 3, "activate": false}
      """;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final URI address;
  private final String training;
  private final Path zip;

  TrainedService(Path folder) throws IOException, InterruptedException {
    Path data = Files.createDirectories(folder.resolve("data"));
    PaintedDataset.write(data.resolve(DATA), 24, false);
    zip = zip(data.resolve(DATA), folder.resolve("painted.zip"));
    Path repository = folder.resolve("models");
    Jar jar = new Jar(folder);
    Jar.Result imported = jar.importSmall(repository, "--name", MODEL);
    assertThat(imported.exitCode()).as(imported.err()).isZero();
    NarrowModels.copy(repository.resolve(MODEL), 2);
    Jar.Running running =
        jar.start(
            List.of(),
            Map.of(
                "QUARKUS_HTTP_PORT",
                "0",
                "VANILLANET_REPOSITORY",
                repository.toString(),
                "VANILLANET_DEFAULT_MODEL",
                MODEL,
                "VANILLANET_TRAINING_DATA_ROOT",
                data.toString(),
                "VANILLANET_TRAINING_THREADS",
                "1",
                "VANILLANET_TRAINING_HEAP",
                "512m",
                "QUARKUS_SECURITY_USERS_EMBEDDED_USERS_CHIEF",
                PASSWORD,
                "QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_CHIEF",
                "admin"));
    process = running.process();
    address = running.awaitReady();
    training = train();
  }

  /** Of the service, without a slash at the end. */
  URI address() {
    return address;
  }

  /** The id of the training that has ended. */
  String training() {
    return training;
  }

  /** The data as an upload. */
  Path zip() {
    return zip;
  }

  static String authorization() {
    byte[] user = (USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(user);
  }

  String get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(address.resolve(path)));
  }

  private String train() throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve("/admin/trainings"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(REQUEST));
    JsonNode job = JSON.readTree(send(request));
    long until = System.nanoTime() + LONGEST.toNanos();
    while (!job.has("finished")) {
      assertThat(System.nanoTime()).as(job.toString()).isLessThan(until);
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
      job = JSON.readTree(get("/admin/trainings/" + job.path("id").asText()));
    }
    assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("SUCCEEDED");
    return job.path("id").asText();
  }

  private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            request.header("Authorization", authorization()).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    return answer.body();
  }

  private static Path zip(Path root, Path zip) throws IOException {
    try (OutputStream file = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(file);
        Stream<Path> files = Files.walk(root)) {
      for (Path image : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new ZipEntry(root.relativize(image).toString()));
        Files.copy(image, entries);
      }
    }
    return zip;
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }
}
