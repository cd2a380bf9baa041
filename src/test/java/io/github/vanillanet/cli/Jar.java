package io.github.vanillanet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.Oracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the packaged jar in a process. */
public final class Jar {

  private static final Path RUNNER = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final int TIMEOUT_SECONDS = 180;

  /** Most processes of tests end before the optimising compiler would pay off. */
  private static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  private final Path folder;
  private int runs;

  /**
   * @param folder working folder of the processes; also receives their output
   */
  public Jar(Path folder) {
    this.folder = folder;
  }

  /** Exit code and output of a process. */
  public record Result(int exitCode, String out, String err) {
    public List<String> errLines() {
      return err.lines().toList();
    }
  }

  /** A process with its output in files. */
  public record Running(Process process, Path out, Path err) {

    /** Waits until the service is ready; returns its address. */
    public URI awaitReady() throws IOException, InterruptedException {
      return await("/q/health/ready");
    }

    /** Waits until the models are loaded, or the service knows that there is none. */
    public URI awaitStarted() throws IOException, InterruptedException {
      return await("/q/health/started");
    }

    private URI await(String check) throws IOException, InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
      while (System.nanoTime() < deadline && process.isAlive()) {
        Matcher listening = LISTENING.matcher(Files.readString(out) + Files.readString(err));
        if (listening.find()) {
          URI address = URI.create("http://localhost:" + listening.group(1));
          if (status(address.resolve(check)) == 200) {
            return address;
          }
        }
        LockSupport.parkNanos(POLL_INTERVAL.toNanos());
      }
      throw new AssertionError("not ready:\n" + Files.readString(out) + Files.readString(err));
    }

    /** Status of a GET request. */
    public static int status(URI uri) throws IOException, InterruptedException {
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }

    /** Waits until the process ends; kills it after a timeout. */
    public Result result() {
      try {
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
          throw new AssertionError("did not end by itself:\n" + Files.readString(err));
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  public Result run(String... arguments) {
    return start(List.of(), Map.of(), arguments).result();
  }

  /**
   * @param wrapper command that runs the jar's command, for example strace; can be empty
   * @param environment added to the environment of this process
   */
  public Running start(List<String> wrapper, Map<String, String> environment, String... arguments) {
    Path out = folder.resolve("out-" + runs);
    Path err = folder.resolve("err-" + runs);
    runs++;
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(QUICK_START);
    command.add("-jar");
    command.add(RUNNER.toAbsolutePath().toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder
        .environment()
        .put("VANILLANET_WARM_UP", "0S"); // it keeps a processor busy for up to a minute
    // on a busy machine, Vert.x logs a stack trace for a thread that is blocked for two seconds
    builder.environment().put("QUARKUS_VERTX_MAX_EVENT_LOOP_EXECUTE_TIME", "1H");
    builder.environment().putAll(environment);
    try {
      return new Running(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Imports the narrow official vanillanet_5 of 64×64 pixels. */
  public Result importSmall(Path repository, String... more) {
    return startImport(repository, more).result();
  }

  /** Starts an import of the same. */
  public Running startImport(Path repository, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "import",
                "--checkpoint",
                fixture("vanillanet_5/checkpoint-3.pth"),
                "--variant",
                "vanillanet_5",
                "--input-size",
                "64",
                "--repository",
                repository.toString()));
    arguments.addAll(List.of(more));
    return start(List.of(), Map.of(), arguments.toArray(String[]::new));
  }

  public static String fixture(String name) {
    return Oracle.file("models/" + name).toAbsolutePath().toString();
  }

  /** Runs a command that must fail with one line on standard error, and prints nothing else. */
  void requireFailure(String reason, int exitCode, String... arguments) {
    Result result = run(arguments);

    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.errLines()).hasSize(1);
    assertThat(result.err()).contains(reason).doesNotContain("Exception");
  }
}
