package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Activates one of two versions with different weights again and again, while clients ask for
 * logits. Each answer is the golden one of the version that it names.
 */
class SwapDrill {

  private static final int SWAPS = 1_000;
  private static final long MINUTES = 15;
  private static final int CLIENTS = 3;

  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Answers of each version. */
  private final AtomicIntegerArray answers = new AtomicIntegerArray(3);

  private int rollbacks;

  @Test
  void eachAnswerIsTheGoldenOneOfItsVersion(@TempDir Path folder) throws Exception {
    Drill drill = Drill.start("swaps", SWAPS, MINUTES);
    Random random = new Random(drill.seed());
    Jar jar = new Jar(folder);
    TwoVersions versions = new TwoVersions(folder.resolve("models"));
    versions.importBoth(jar);

    try (DrilledService service = DrilledService.start(jar, folder, Map.of())) {
      List<Thread> clients = startClients(service, versions);
      HttpClient http = DrilledService.client();
      long process = service.process().pid();
      Usage early = null;
      int done = 0;
      try {
        int served = versions.requireGolden(service, http);
        boolean back = true; // there is nothing to roll back to
        while (drill.continuesAfter(done) && failure.get() == null) {
          int next = 3 - served;
          back = !back && random.nextInt(4) == 0;
          swap(service, http, next, back);
          assertThat(versions.requireGolden(service, http)).isEqualTo(next);
          served = next;
          done++;
          if (early == null && done >= drill.count() / 10) {
            early = Usage.of(process);
          }
        }
      } finally {
        stopped.set(true);
        for (Thread client : clients) {
          client.join();
        }
      }
      assertThat(failure.get()).isNull();
      service.requireReady(http);
      drill.end(
          done,
          "%d of them rollbacks, 0 failed and 0 wrong of %s answers of versions 1 and 2, %s after %s"
              .formatted(
                  rollbacks,
                  List.of(answers.get(1), answers.get(2)),
                  early.requireFlat(process),
                  early));
    }
  }

  private void swap(DrilledService service, HttpClient http, int version, boolean back)
      throws IOException, InterruptedException {
    String model = "/admin/models/" + TwoVersions.MODEL;
    HttpResponse<String> answer =
        service.post(
            http, model + (back ? "/rollback" : "/versions/%d/activate".formatted(version)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    rollbacks += back ? 1 : 0;
  }

  private List<Thread> startClients(DrilledService service, TwoVersions versions) {
    HttpRequest request = versions.request(service);
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Thread client = new Thread(() -> ask(request, versions), "client-" + i);
      client.start();
      clients.add(client);
    }
    return clients;
  }

  private void ask(HttpRequest request, TwoVersions versions) {
    HttpClient http = DrilledService.client();
    while (!stopped.get()) {
      try {
        int version =
            versions.requireGolden(http.send(request, HttpResponse.BodyHandlers.ofByteArray()));
        answers.incrementAndGet(version);
      } catch (IOException | RuntimeException | Error e) {
        failure.compareAndSet(null, e);
        stopped.set(true);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
