package io.github.vanillanet.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Method;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodEntryRequest;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How much project code one JPEG passes on its way through the packaged service. A debugger
 * connection records each entry to a method or constructor of the project on the event loop and on
 * the request's thread. Lambdas, synthetic methods and classes that Quarkus generates do not count,
 * and neither does the lane's worker thread.
 */
class RequestPathIT {

  private static final int MAX_CALLS = 200;
  private static final int MAX_CLASSES = 35;

  private static final String PROJECT = "io.github.vanillanet.";
  private static final Pattern GENERATED =
      Pattern.compile(".*(_ClientProxy|_Subclass|_Bean|_Observer|quarkusrest|Lambda|\\$\\$).*");
  private static final Pattern REQUEST_THREADS =
      Pattern.compile("(vert\\.x-eventloop|executor)-.*");
  private static final Pattern DEBUGGER = Pattern.compile("dt_socket at address: (?:\\S*:)?(\\d+)");
  private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(50);

  /** The last events of a request arrive after its answer. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  private final Path folder;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  RequestPathIT(@TempDir Path folder) {
    this.folder = folder;
  }

  /** An entered method, without its parameters. */
  private record Entry(String type, String method) {}

  @Test
  void aJpegPassesFewMethodsAndTakesOneLeaseAndOneReservation() throws Exception {
    Path repository = folder.resolve("models");
    Jar jar = new Jar(folder);
    assertThat(jar.importSmall(repository).exitCode()).isZero();
    Jar.Running service =
        jar.start(
            List.of(),
            Map.of(
                "QUARKUS_HTTP_PORT", "0",
                "VANILLANET_REPOSITORY", repository.toString(),
                "JAVA_TOOL_OPTIONS",
                    "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0"));
    List<Entry> entries;
    try {
      String debugger = await(service.out(), DEBUGGER);
      URI address = URI.create("http://localhost:" + await(service.err(), LISTENING));
      awaitReady(address);
      classify(address); // loads the classes
      entries = entriesOf(debugger, () -> classify(address));
    } finally {
      service.process().destroy();
      service.result();
    }

    assertThat(entries).as(summary(entries)).hasSizeBetween(1, MAX_CALLS);
    assertThat(entries.stream().map(Entry::type).distinct())
        .as(summary(entries))
        .hasSizeLessThanOrEqualTo(MAX_CLASSES);
    assertThat(entries)
        .filteredOn(entry -> entry.equals(new Entry("serve.registry.ModelRegistry", "lease")))
        .hasSize(1);
    assertThat(entries)
        .filteredOn(entry -> entry.equals(new Entry("serve.scheduler.Lane", "reserve")))
        .hasSize(1);
  }

  private static List<Entry> entriesOf(String port, Runnable request)
      throws IOException, IllegalConnectorArgumentsException, InterruptedException {
    VirtualMachine machine = attach(port);
    MethodEntryRequest entered = machine.eventRequestManager().createMethodEntryRequest();
    entered.addClassFilter(PROJECT + "*");
    entered.setSuspendPolicy(EventRequest.SUSPEND_NONE);
    Queue<Entry> entries = new ConcurrentLinkedQueue<>();
    // the service stalls when too many events wait, so they are read while the request runs
    Thread reader = new Thread(() -> read(machine, entries), "debugger");
    reader.start();
    entered.enable();
    request.run();
    LockSupport.parkNanos(QUIET.toNanos());
    entered.disable();
    reader.join();
    machine.dispose();
    return List.copyOf(entries);
  }

  private static VirtualMachine attach(String port)
      throws IOException, IllegalConnectorArgumentsException {
    AttachingConnector connector =
        Bootstrap.virtualMachineManager().attachingConnectors().stream()
            .filter(one -> one.transport().name().equals("dt_socket"))
            .findFirst()
            .orElseThrow();
    Map<String, Connector.Argument> arguments = connector.defaultArguments();
    arguments.get("hostname").setValue("127.0.0.1");
    arguments.get("port").setValue(port);
    return connector.attach(arguments);
  }

  private static void read(VirtualMachine machine, Queue<Entry> entries) {
    try {
      EventSet events = machine.eventQueue().remove(3 * QUIET.toMillis());
      while (events != null) {
        for (Event event : events) {
          if (event instanceof MethodEntryEvent entry
              && REQUEST_THREADS.matcher(entry.thread().name()).matches()
              && isWritten(entry.method())) {
            entries.add(new Entry(name(entry.method()), entry.method().name()));
          }
        }
        events = machine.eventQueue().remove(QUIET.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isWritten(Method method) {
    return !method.isSynthetic()
        && !method.isBridge()
        && !GENERATED.matcher(method.declaringType().name()).matches();
  }

  private static String name(Method method) {
    return method.declaringType().name().substring(PROJECT.length());
  }

  private static String summary(List<Entry> entries) {
    Map<String, Long> perType =
        entries.stream().collect(Collectors.groupingBy(Entry::type, Collectors.counting()));
    return "%d calls in %d classes: %s"
        .formatted(
            entries.size(),
            perType.size(),
            perType.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .toList());
  }

  private void classify(URI address) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(address.resolve("/classify"))
              .header("Content-Type", "image/jpeg")
              .POST(HttpRequest.BodyPublishers.ofFile(Oracle.file("preprocess/jpeg_420.jpg")))
              .build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private void awaitReady(URI address) throws IOException, InterruptedException {
    HttpRequest ready = HttpRequest.newBuilder(address.resolve("/q/health/ready")).build();
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() != 200) {
      assertThat(System.nanoTime()).as("not ready in time").isLessThan(until);
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private static String await(Path output, Pattern pattern) throws IOException {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (System.nanoTime() < until) {
      Matcher found = pattern.matcher(Files.readString(output));
      if (found.find()) {
        return found.group(1);
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    throw new AssertionError(pattern + " does not appear in " + Files.readString(output));
  }
}
