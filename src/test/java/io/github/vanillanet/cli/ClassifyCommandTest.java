package io.github.vanillanet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Runs the command {@code classify} against a service that is busy, rejects files, or fails. */
class ClassifyCommandTest {

  private static final int FILES = 300;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Path photos;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final AtomicInteger answersLeft = new AtomicInteger(Integer.MAX_VALUE);
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private HttpServer server;

  ClassifyCommandTest(@TempDir Path folder) {
    this.folder = folder;
    this.photos = folder.resolve("photos");
  }

  /** Files with odd names, of which one in ten is not an image. */
  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < FILES; i++) {
      Path part = Files.createDirectories(photos.resolve("part " + i % 3));
      String odd = i % 50 == 0 ? "a,\"b\"\nc" : "ä";
      Files.writeString(part.resolve(odd + i + ".jpg"), (i % 10 == 3 ? "bad" : "good") + i);
    }
    Files.writeString(photos.resolve(".hidden"), "bad");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/base/classify", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** Every fifth image is refused at first. */
  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    boolean expected =
        exchange.getRequestURI().toString().equals("/base/classify/my%20net?top_k=2");
    if (!expected || answersLeft.get() <= 0) {
      send(exchange, 404, "{\"code\": \"MODEL_NOT_FOUND\", \"detail\": \"no such model\"}");
    } else if (body.endsWith("5") && refused.add(body)) {
      send(exchange, 429, "{\"code\": \"QUEUE_FULL\", \"retry_after_ms\": 1}");
    } else if (body.endsWith("0") && refused.add(body)) {
      exchange.getResponseHeaders().set("Retry-After", "0");
      send(exchange, 503, "busy");
    } else if (body.startsWith("bad")) {
      send(exchange, 415, "{\"code\": \"UNSUPPORTED_IMAGE\", \"detail\": \"found, \\\"text\\\"\"}");
    } else {
      answersLeft.decrementAndGet();
      send(
          exchange,
          200,
          "{\"model\": \"my net\", \"predictions\": [{\"label\": \"%s\", \"probability\": 0.75}]}"
              .formatted(body));
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private int run(String... more) {
    List<String> arguments = new ArrayList<>(List.of(photos.toString()));
    arguments.addAll(List.of("--model", "my net", "--top-k", "2", "--concurrency", "3"));
    arguments.addAll(List.of("--url", "http://localhost:" + port() + "/base/"));
    arguments.addAll(List.of(more));
    CommandLine command = new CommandLine(new ClassifyCommand());
    Options.registerConverters(command);
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return command.execute(arguments.toArray(String[]::new));
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private Set<String> names() throws IOException {
    try (var files = Files.walk(photos)) {
      return new TreeSet<>(
          files
              .filter(Files::isRegularFile)
              .map(Path::toString)
              .filter(name -> !name.endsWith(".hidden"))
              .toList());
    }
  }

  @Test
  void everyFileHasOneLineAndBusyServicesAreAskedAgain() throws IOException {
    int exitCode = run("--format", "jsonl");

    assertThat(exitCode).as(err.toString()).isEqualTo(3);
    List<String> found = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      JsonNode result = JSON.readTree(line);
      String file = result.path("file").asText();
      String content = Files.readString(Path.of(file));
      found.add(file);
      if (content.startsWith("bad")) {
        assertThat(result.path("code").asText()).isEqualTo("UNSUPPORTED_IMAGE");
        assertThat(err.toString()).contains(file.replace('\n', '?'));
      } else {
        assertThat(result.at("/predictions/0/label").asText()).isEqualTo(content);
      }
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(names());
    assertThat(refused).hasSize(FILES / 5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "jsonl"})
  void aStoppedRunContinuesAndRepeatsATornLine(String format) throws IOException {
    Path results = photos.resolve("results." + format); // in the folder that is classified
    answersLeft.set(FILES / 2);
    int first = run("--out", results.toString());
    byte[] part = Files.readAllBytes(results);
    Files.write(
        results, "\"photos/torn".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    int refusedAgain = run("--out", results.toString());
    answersLeft.set(Integer.MAX_VALUE);

    int second = run("--out", results.toString(), "--resume");
    String whole = Files.readString(results);
    int third = run("--out", results.toString(), "--resume");

    assertThat(first).isEqualTo(1);
    assertThat(refusedAgain).isEqualTo(1); // a file is never overwritten
    assertThat(second).as(err.toString()).isEqualTo(3);
    assertThat(third).isEqualTo(3);
    assertThat(whole).startsWith(new String(part, StandardCharsets.UTF_8));
    assertThat(part.length).isBetween(whole.length() / 4, whole.length() * 3 / 4);
    assertThat(results).hasContent(whole);
    Set<String> expected = names();
    expected.remove(results.toString());
    int count = 0;
    for (String name : expected) {
      String written =
          switch (format) {
            case "csv" -> name.contains(",") ? '"' + name.replace("\"", "\"\"") + '"' : name;
            default -> JSON.writeValueAsString(name);
          };
      count += whole.split(java.util.regex.Pattern.quote(written), -1).length - 1;
    }
    assertThat(count).isEqualTo(expected.size()).isEqualTo(FILES);
  }

  @Test
  void aServiceThatDoesNotAnswerStopsTheRun() {
    server.stop(0);

    assertThat(run("--retry-seconds", "0", "--format", "csv")).isEqualTo(1);
    assertThat(out.toString().lines()).hasSize(1); // the names of the columns
  }

  @Test
  void invalidOptionsAreRejected() {
    assertThat(run("--resume")).isEqualTo(2);
    assertThat(run("--resume", "--out", folder.resolve("x").toString(), "--format", "table"))
        .isEqualTo(2);
    assertThat(run("--concurrency", "0")).isEqualTo(2);
    assertThat(run("--format", "xml")).isEqualTo(2);
    assertThat(run("--budget-ms", "0")).isEqualTo(2);
    assertThat(folder.resolve("x")).doesNotExist();
  }
}
