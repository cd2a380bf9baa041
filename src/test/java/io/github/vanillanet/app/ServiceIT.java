package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.Programs;
import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service after its start. */
class ServiceIT extends PackagedService {

  ServiceIT(@TempDir Path folder) {
    super(folder);
  }

  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  private static final int TERMINATED = 128 + 15;

  @Test
  void aCorruptModelIsSkippedAndTheOthersAreServed() throws Exception {
    Path repository = folder.resolve("models");
    copyModel("good", repository);
    corrupt(copyModel("corrupt", repository));

    Jar.Running service = serve(List.of(), Map.of("VANILLANET_REPOSITORY", repository.toString()));
    try {
      JsonNode answer = classify(service.awaitReady());

      assertThat(answer.get("model").asText()).isEqualTo("good");
      assertThat(answer.get("trained").asBoolean()).isTrue();
      assertThat(answer.get("predictions")).hasSize(5);
    } finally {
      service.process().destroy();
    }
    Jar.Result result = service.result();

    assertThat(result.exitCode()).isEqualTo(TERMINATED);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).doesNotContain("\tat ");
    assertThat(result.errLines().stream().filter(line -> line.contains("ERROR")).toList())
        .isNotEmpty()
        .allMatch(line -> line.contains("corrupt"))
        .anyMatch(line -> line.contains("corrupt/1") && line.contains("SHA-256"));
  }

  @Test
  void theWarmUpAppearsInNeitherMetricsNorTheAccessLog() throws Exception {
    Map<String, String> variables =
        Map.of(
            "VANILLANET_REPOSITORY", good.toString(),
            "VANILLANET_WARM_UP", "0.5S",
            "QUARKUS_HTTP_ACCESS_LOG_ENABLED", "true",
            "QUARKUS_LOG_CATEGORY__IO_GITHUB_VANILLANET_APP__LEVEL", "DEBUG");

    Jar.Running service = serve(List.of(), variables);
    String metrics;
    String models;
    try {
      URI address = service.awaitReady();
      metrics = send(HttpRequest.newBuilder(address.resolve("/q/metrics")).build()).body();
      models = send(HttpRequest.newBuilder(address.resolve("/models")).build()).body();
    } finally {
      service.process().destroy();
    }
    String log = service.result().err();

    assertThat(log).containsPattern("DEBUG [1-9]\\d* warm-up requests").contains("GET /models");
    assertThat(log).doesNotContain("/.warm-up");
    assertThat(metrics).contains("http_server").doesNotContain("warm-up", "/classify", "/infer");
    assertThat(models).doesNotContain("warm-up");
  }

  @Test
  void clientsCannotUseTheRouteOfTheWarmUp() throws Exception {
    Jar.Running service = serve(List.of(), Map.of("VANILLANET_REPOSITORY", good.toString()));
    try {
      HttpResponse<String> answer =
          send(
              HttpRequest.newBuilder(service.awaitReady().resolve("/v2/repository/.warm-up/guess"))
                  .header("Content-Type", "image/jpeg")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[1]))
                  .build());

      assertThat(answer.statusCode()).isEqualTo(404);
    } finally {
      service.process().destroy();
      service.result();
    }
  }

  @Test
  void theStartUpLogListsModelsDeviceAddressAndLimits() throws Exception {
    Jar.Running service =
        serve(
            List.of(),
            Map.of("VANILLANET_REPOSITORY", good.toString(), "VANILLANET_QUEUE_CAPACITE", "7"));
    int port;
    try {
      port = service.awaitReady().getPort();
    } finally {
      service.process().destroy();
    }
    String log = service.result().err();

    assertThat(log.lines().filter(line -> line.contains(" ready: ")))
        .singleElement()
        .asString()
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) INFO .*")
        .contains("port " + port, good.toString(), "vanillanet-5", "64", "20 MiB");
    assertThat(log).containsPattern("libtorch .* device cpu");
    assertThat(log.lines().filter(line -> line.contains("VANILLANET_QUEUE_CAPACITE")))
        .singleElement()
        .asString()
        .contains("VANILLANET_QUEUE_CAPACITY");
  }

  @Test
  void theServiceConnectsOnlyToItselfAndCommandsOpenNoPort() throws Exception {
    Path trace = folder.resolve("trace");
    List<String> strace =
        List.of("strace", "-f", "-qq", "-e", "trace=connect,listen", "-o", trace.toString());
    Assumptions.assumeTrue(traces(strace), "needs strace and the permission to trace");

    Jar.Result verified =
        jar.start(strace, Map.of(), "verify", "--repository", good.toString()).result();
    String ofCommand = Files.readString(trace);
    Jar.Running service =
        serve(
            strace, Map.of("VANILLANET_REPOSITORY", good.toString(), "VANILLANET_WARM_UP", "0.1S"));
    try {
      classify(service.awaitReady());
    } finally {
      service.process().descendants().forEach(ProcessHandle::destroy);
    }
    service.result();
    String ofService = Files.readString(trace);

    assertThat(verified.exitCode()).as(verified.err()).isZero();
    assertThat(ofCommand).doesNotContain("listen(");
    assertThat(ofService).contains("listen(");
    // local only: the C library queries the name service cache for the user
    assertThat((ofCommand + ofService).lines().filter(line -> line.contains("connect(")))
        .allMatch(line -> line.contains("sa_family=AF_UNIX") || line.contains("127.0.0.1"));
  }

  @Test
  void spansAreSentToTheConfiguredCollector() throws Exception {
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    HttpServer collector = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          // protobuf contains names as plain text
          byte[] body = new GZIPInputStream(exchange.getRequestBody()).readAllBytes();
          received.add(new String(body, StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    String endpoint = "http://localhost:" + collector.getAddress().getPort();

    Jar.Running service =
        serve(
            List.of(),
            Map.of(
                "VANILLANET_REPOSITORY", good.toString(),
                "QUARKUS_OTEL_SDK_DISABLED", "false",
                "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", endpoint,
                "QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                "QUARKUS_OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"));
    try {
      classify(service.awaitReady());

      assertThat(received.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
          .contains("vanillanet-serving", "POST /classify", "decode", "infer", "postprocess")
          .doesNotContain("health");
    } finally {
      service.process().destroy();
      service.result();
      collector.stop(0);
    }
  }

  private static boolean traces(List<String> strace) throws InterruptedException {
    List<String> command = new ArrayList<>(strace);
    command.add("true");
    return Programs.succeeds(command.toArray(String[]::new));
  }

  private static JsonNode classify(URI address) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(address.resolve("/classify"))
                .header("Content-Type", "image/jpeg")
                .POST(HttpRequest.BodyPublishers.ofFile(Oracle.file("preprocess/jpeg_420.jpg")))
                .build());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  private static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
