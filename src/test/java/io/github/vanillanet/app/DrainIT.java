package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.cli.Jar;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
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
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
  private static byte[] image;

  private final Jar jar;

  DrainIT(@TempDir Path folder) {
    this.jar = new Jar(folder);
  }

  @BeforeAll
  static void importOnce() throws IOException {
    models = shared.resolve("models");
    assertThat(new Jar(shared).importSmall(models).exitCode()).isZero();
    image = Files.readAllBytes(Oracle.file("preprocess/jpeg_420.jpg"));
  }

  @Test
  void withAShutdownDelayClientsThatIgnoreReadinessAreServedAndThenRejected() throws Exception {
    Jar.Running service =
        serve(Map.of("QUARKUS_SHUTDOWN_DELAY", "2S", "QUARKUS_SHUTDOWN_TIMEOUT", "2S"));
    URI address = service.awaitReady();
    Clients clients = new Clients(address);
    clients.await(CLIENTS);
    HttpResponse<Void> notReady;
    Jar.Result result;
    try (Client endless = new Client(address)) {
      endless.sendHead("/classify");
      endless.out.write(image, 0, image.length / 2);

      service.process().destroy();
      notReady = awaitStatus(address, 503);
      clients.join();
      result = service.result();
    }

    assertThat(notReady.headers().firstValue("Connection")).contains("close");
    assertThat(clients.failures).isEmpty();
    assertThat(clients.closing).as("answers during the delay").hasPositiveValue();
    assertThat(clients.rejections)
        .isNotEmpty()
        .allSatisfy(
            rejection -> {
              assertThat(rejection.head).contains("\r\nconnection: close\r\n");
              assertThat(rejection.head).contains("\r\ncontent-type: application/problem+json");
              assertThat(rejection.body).contains("\"NOT_READY\"");
            });
    assertThat(result.exitCode()).as(result.err()).isEqualTo(TERMINATED);
    assertThat(result.err()).contains("requests cut off after PT2S: 1");
    assertThat(result.err()).doesNotContain("ERROR").doesNotContain("\tat ");
  }

  @Test
  void withoutAShutdownDelayARequestInFlightIsFinishedAndOthersAreRejected() throws Exception {
    Jar.Running service = serve(Map.of());
    URI address = service.awaitReady();
    Answer finished;
    Answer onIdleConnection;
    Answer onNewConnection;
    Answer live;
    try (Client inFlight = new Client(address);
        Client idle = new Client(address);
        Client other = new Client(address)) {
      inFlight.sendHead("/classify");
      inFlight.out.write(image, 0, image.length / 2);
      assertThat(idle.classify("/classify").status()).isEqualTo(200);

      service.process().destroy();
      awaitStatus(address, 503);
      onIdleConnection = idle.classify("/classify");
      try (Client late = new Client(address)) {
        onNewConnection = late.classify("/v2/models/vanillanet-5/infer");
      }
      live = other.get("/q/health/live");
      inFlight.out.write(image, image.length / 2, image.length - image.length / 2);
      finished = inFlight.answer();
    }
    Jar.Result result = service.result();

    assertThat(finished.status()).isEqualTo(200);
    assertThat(finished.head).contains("\r\nconnection: close\r\n");
    assertThat(finished.body).contains("\"predictions\"");
    assertThat(onIdleConnection.status()).isEqualTo(503);
    assertThat(onIdleConnection.head)
        .contains("\r\nconnection: close\r\n")
        .contains("\r\nretry-after: ");
    assertThat(onIdleConnection.body).contains("\"NOT_READY\"");
    assertThat(onNewConnection.status()).isEqualTo(503);
    assertThat(onNewConnection.body).startsWith("{\"error\":");
    assertThat(live.status()).isEqualTo(200);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(TERMINATED);
    assertThat(result.err()).doesNotContain("ERROR").doesNotContain("\tat ");
  }

  /** The head in lower case. */
  private record Answer(String head, String body) {

    int status() {
      return Integer.parseInt(head.substring("http/1.1 ".length(), "http/1.1 ".length() + 3));
    }
  }

  /** One connection, whose requests are never repeated. */
  private static final class Client implements AutoCloseable {

    private final Socket socket;
    private final DataInputStream in;
    final OutputStream out;

    Client(URI address) throws IOException {
      this.socket = new Socket(address.getHost(), address.getPort());
      this.in = new DataInputStream(socket.getInputStream());
      this.out = socket.getOutputStream();
    }

    void sendHead(String path) throws IOException {
      send(
          "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
              .formatted(path, image.length));
    }

    private void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    Answer classify(String path) throws IOException {
      sendHead(path);
      out.write(image);
      return answer();
    }

    Answer get(String path) throws IOException {
      send("GET %s HTTP/1.1\r\nHost: a\r\n\r\n".formatted(path));
      return answer();
    }

    Answer answer() throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new EOFException("closed after '%s'".formatted(head));
        }
        head.append((char) next);
      }
      String lower = head.toString().toLowerCase(Locale.ROOT);
      String length = lower.replaceFirst("(?s).*\r\ncontent-length: (\\d+)\r\n.*", "$1");
      byte[] body = new byte[Integer.parseInt(length)];
      in.readFully(body);
      return new Answer(lower, new String(body, StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Clients that send one image after the other, on new connections only if they must. */
  private static final class Clients {

    final AtomicInteger answered = new AtomicInteger();
    final AtomicInteger closing = new AtomicInteger();
    final Queue<Answer> rejections = new ConcurrentLinkedQueue<>();
    final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    Clients(URI address) {
      for (int client = 0; client < CLIENTS; client++) {
        Thread thread = new Thread(() -> run(address), "client-" + client);
        threads.add(thread);
        thread.start();
      }
    }

    private void run(URI address) {
      try {
        while (true) {
          try (Client client = new Client(address)) {
            Answer answer = client.classify("/classify");
            while (answer.status() == 200 && !answer.head.contains("connection: close")) {
              answered.incrementAndGet();
              answer = client.classify("/classify");
            }
            if (answer.status() != 200) {
              rejections.add(answer);
              return;
            }
            closing.incrementAndGet();
          }
        }
      } catch (ConnectException e) {
        // The service has ended before a slow client connected again.
      } catch (IOException e) {
        failures.add(e.toString());
      }
    }

    void await(int answers) {
      while (answered.get() < answers && failures.isEmpty()) {
        LockSupport.parkNanos(POLL_INTERVAL.toNanos());
      }
    }

    void join() throws InterruptedException {
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
