package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stops the packaged service while clients use it. */
@Timeout(300)
class DrainIT {

  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);
  private static final int TERMINATED = 128 + 15;
  private static final int CLIENTS = 4;

  @TempDir static Path shared;

  private static Path models;

  private final Jar jar;

  DrainIT(@TempDir Path folder) {
    this.jar = new Jar(folder);
  }

  @BeforeAll
  static void importOnce() {
    models = shared.resolve("models");
    assertThat(new Jar(shared).importSmall(models).exitCode()).isZero();
  }

  @Test
  void withAShutdownDelayNoRequestFailsBeforeClientsStop() throws Exception {
    Jar.Running service = serve(Map.of("QUARKUS_SHUTDOWN_DELAY", "4S"));
    URI address = service.awaitReady();
    Clients clients = new Clients(address);
    clients.await(CLIENTS);

    service.process().destroy();
    HttpResponse<Void> notReady = awaitStatus(address, 503);
    int answeredWhenNotReady = clients.answered.get();
    clients.await(answeredWhenNotReady + CLIENTS); // still served
    clients.stop(); // as a load balancer does when readiness fails
    Jar.Result result = service.result();

    assertThat(clients.failures).isEmpty();
    assertThat(notReady.headers().firstValue("Connection")).contains("close");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(TERMINATED);
    assertThat(result.err()).doesNotContain("ERROR").doesNotContain("\tat ");
  }

  @Test
  void withoutAShutdownDelayARequestInFlightIsFinished() throws Exception {
    Jar.Running service = serve(Map.of());
    URI address = service.awaitReady();
    byte[] image = Files.readAllBytes(Oracle.file("preprocess/jpeg_420.jpg"));
    String answer;
    try (Socket begun = new Socket(address.getHost(), address.getPort())) {
      OutputStream out = begun.getOutputStream();
      out.write(
          """
          POST /classify HTTP/1.1\r
          Host: localhost\r
          Content-Type: image/jpeg\r
          Content-Length: %d\r
          \r
          """
              .formatted(image.length)
              .getBytes(StandardCharsets.US_ASCII));
      out.write(image, 0, image.length / 2);
      out.flush();
      for (int later = 0; later < 5; later++) {
        awaitStatus(address, 200); // until the service has received the request above
      }

      service.process().destroy();
      awaitStatus(address, 503);
      out.write(image, image.length / 2, image.length - image.length / 2);
      out.flush();
      answer = new String(begun.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
    Jar.Result result = service.result();

    assertThat(answer)
        .startsWith("HTTP/1.1 200 ")
        .contains("\"predictions\"")
        .containsIgnoringCase("\r\nConnection: close\r\n");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(TERMINATED);
    assertThat(result.err()).doesNotContain("ERROR").doesNotContain("\tat ");
  }

  /** Clients that send one image after the other, until they are stopped or fail. */
  private static final class Clients {

    final AtomicInteger answered = new AtomicInteger();
    final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    Clients(URI address) throws IOException {
      HttpRequest request =
          HttpRequest.newBuilder(address.resolve("/classify"))
              .header("Content-Type", "image/jpeg")
              .POST(HttpRequest.BodyPublishers.ofFile(Oracle.file("preprocess/jpeg_420.jpg")))
              .build();
      for (int client = 0; client < CLIENTS; client++) {
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        Thread thread = new Thread(() -> run(http, request), "client-" + client);
        threads.add(thread);
        thread.start();
      }
    }

    private void run(HttpClient http, HttpRequest request) {
      while (!stopped.get()) {
        try {
          int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
          if (status != 200) {
            failures.add(Integer.toString(status));
            return;
          }
          answered.incrementAndGet();
        } catch (IOException e) {
          failures.add(e.toString());
          return;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }

    void await(int answers) {
      while (answered.get() < answers && failures.isEmpty()) {
        LockSupport.parkNanos(POLL_INTERVAL.toNanos());
      }
    }

    void stop() throws InterruptedException {
      stopped.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private Jar.Running serve(Map<String, String> environment) {
    Map<String, String> all =
        new HashMap<>(Map.of("QUARKUS_HTTP_PORT", "0", "VANILLANET_REPOSITORY", models.toString()));
    all.putAll(environment);
    return jar.start(List.of(), all);
  }

  private static HttpResponse<Void> awaitStatus(URI address, int status)
      throws IOException, InterruptedException {
    HttpRequest ready = HttpRequest.newBuilder(address.resolve("/q/health/ready")).build();
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpResponse<Void> answer = http.send(ready, HttpResponse.BodyHandlers.discarding());
    while (answer.statusCode() != status) {
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
      answer = http.send(ready, HttpResponse.BodyHandlers.discarding());
    }
    return answer;
  }
}
