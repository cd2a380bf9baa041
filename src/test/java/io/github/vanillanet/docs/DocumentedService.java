package io.github.vanillanet.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A reader's working folder: it runs the documented commands as the reader would, in a folder that
 * looks like the root of the project, with the service on a free port instead of 8080.
 */
final class DocumentedService implements AutoCloseable {

  private static final List<String> SHARED = List.of("target", "docs");
  private static final Duration READY_LIMIT = Duration.ofMinutes(3);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

  /** An HTTP error fails the command; other options of the documented command stay. */
  private static final String PREFIX =
      """
      set -euo pipefail
      curl() { command curl --fail-with-body -sS -w '\\n' "$@"; }
      """;

  private final Path folder;
  private final int port;
  private Process service;

  DocumentedService(Path folder) throws IOException {
    this.folder = folder;
    for (String shared : SHARED) {
      Files.createSymbolicLink(folder.resolve(shared), Page.ROOT.resolve(shared));
    }
    Files.copy(
        Page.ROOT.resolve("src/test/resources/odd-encodings/jpeg_rgb.jpg"),
        folder.resolve("photo.jpg"));
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
  }

  Path folder() {
    return folder;
  }

  /** Runs a program of the block's language and returns what it prints. */
  String run(List<String> command, String program) throws IOException, InterruptedException {
    Process process = start(Stream.concat(command.stream(), Stream.of(program)).toList(), false);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s\n%s", program, output).isZero();
    return output;
  }

  /** Runs a shell block; every command in it must succeed. */
  String run(String script) throws IOException, InterruptedException {
    return run(List.of("bash", "-c"), PREFIX + local(script));
  }

  /** Ends the service that ran before and starts the one of this block. */
  void serve(String script) throws IOException, InterruptedException {
    stop();
    service = start(List.of("bash", "-c", script), true);
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/q/health/ready")).build();
    long until = System.nanoTime() + READY_LIMIT.toNanos();
    while (System.nanoTime() < until) {
      if (!service.isAlive()) {
        throw new AssertionError("the service ended:\n" + Files.readString(log()));
      }
      try {
        if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // it does not listen yet
      }
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
    }
    throw new AssertionError("the service is not ready:\n" + Files.readString(log()));
  }

  /** The text with the port of this service. */
  String local(String text) {
    return text.replace("localhost:8080", "localhost:" + port);
  }

  boolean serves() {
    return service != null;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    stop();
    for (String shared : SHARED) {
      Files.delete(folder.resolve(shared));
    }
  }

  private void stop() throws InterruptedException {
    if (service != null) {
      service.descendants().forEach(ProcessHandle::destroy);
      service.destroy();
      service.waitFor();
      service = null;
    }
  }

  private Path log() {
    return folder.resolve("service.log");
  }

  private Process start(List<String> command, boolean toLog) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    if (toLog) {
      builder.redirectOutput(log().toFile());
    }
    Map<String, String> environment = builder.environment();
    Path java = Path.of(System.getProperty("java.home"), "bin");
    environment.put("PATH", java + ":" + environment.get("PATH"));
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    environment.put("VANILLANET_WARM_UP", "0S"); // it would use a processor for a minute
    environment.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1"); // starts faster
    return builder.start();
  }
}
