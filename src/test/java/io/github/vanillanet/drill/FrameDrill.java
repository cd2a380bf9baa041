package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends mutated requests to all routes over connections that stay open. Each one is answered, none
 * with an unintended 5xx, and the service stays ready with right answers.
 */
class FrameDrill {

  private static final int FRAMES = 50_000;
  private static final long MINUTES = 30;
  private static final int CLIENTS = 4;
  private static final int FRAMES_OF_A_CHECK = 250;

  /** Not ready, deadline and device memory. Whether the service is still ready is checked, too. */
  private static final Set<Integer> INTENDED = Set.of(503, 504, 507);

  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger trainings = new AtomicInteger();
  private final Map<Integer, Integer> statuses = new ConcurrentSkipListMap<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicReference<Usage> early = new AtomicReference<>();

  @Test
  void eachMutatedRequestIsAnsweredAndTheServiceStaysReady(@TempDir Path folder) throws Exception {
    Drill drill = Drill.start("frames", FRAMES, MINUTES);
    Jar jar = new Jar(folder);
    TwoVersions versions = new TwoVersions(folder.resolve("models"));
    versions.importBoth(jar);

    try (DrilledService service = DrilledService.start(jar, folder, Map.of())) {
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        FrameMutations mutations = new FrameMutations(drill.seed() + i);
        Thread client = new Thread(() -> run(drill, service, versions, mutations), "client-" + i);
        client.start();
        clients.add(client);
      }
      for (Thread client : clients) {
        client.join();
      }
      assertThat(failure.get()).isNull();
      HttpClient http = DrilledService.client();
      service.requireReady(http);
      versions.requireGolden(service, http);
      assertThat(service.log()).doesNotContain("OutOfMemoryError");
      drill.end(
          done.get(),
          "statuses %s, %d dry runs cancelled, %s after %s"
              .formatted(
                  statuses,
                  trainings.get(),
                  early.get().requireFlat(service.process().pid()),
                  early));
    }
    assertThat(FolderTree.list(folder.resolve("tmp"))).containsExactly(folder.resolve("tmp"));
  }

  private void run(
      Drill drill, DrilledService service, TwoVersions versions, FrameMutations mutations) {
    HttpClient http = DrilledService.client();
    Frame frame = null;
    try {
      while (failure.get() == null && drill.continuesAfter(begun.getAndIncrement())) {
        frame = mutations.next();
        send(service, http, frame);
        if (done.incrementAndGet() % FRAMES_OF_A_CHECK == 0) {
          service.requireReady(http);
          versions.requireGolden(service, http);
        }
        if (done.get() >= drill.count() / 5 && early.get() == null) {
          early.compareAndSet(null, Usage.of(service.process().pid()));
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, new AssertionError(String.valueOf(frame), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(DrilledService service, HttpClient http, Frame frame)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            service
                .request(frame.path())
                .headers(frame.headers().toArray(String[]::new))
                .method(frame.method(), HttpRequest.BodyPublishers.ofByteArray(frame.body()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    int status = answer.statusCode();
    statuses.merge(status, 1, Integer::sum);
    assertThat(status < 500 || INTENDED.contains(status))
        .as("%d %s", status, answer.body())
        .isTrue();
    if (status == 202) {
      trainings.incrementAndGet();
      String job = answer.headers().firstValue("Location").orElseThrow();
      http.send(service.request(job).DELETE().build(), HttpResponse.BodyHandlers.discarding());
    }
  }
}
