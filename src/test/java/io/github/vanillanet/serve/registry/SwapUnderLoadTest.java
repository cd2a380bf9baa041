package io.github.vanillanet.serve.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.inference.Classification;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SwapUnderLoadTest {

  private static final int SWAPS = 20;
  private static final int CLIENTS = 4;
  private static final int ANSWERS_BETWEEN_SWAPS = 10;

  @TempDir Path root;

  @Test
  void swapsUnderLoadFailNoRequestAndCloseEveryOldVersion() throws Exception {
    ModelRepository repository = NarrowModels.publish(root, "narrow", 4);
    ModelRegistry registry = new ModelRegistry();
    ModelLoader real =
        new ModelLoader(TorchRuntime.load(), Device.CPU, Arithmetic.PUBLISHED, 1, 64);
    Queue<ServedModel> loaded = new ConcurrentLinkedQueue<>();
    Function<StoredVersion, ServedModel> loader =
        version -> {
          ServedModel model = real.load(version);
          loaded.add(model);
          return model;
        };
    VersionSwitch versions =
        new VersionSwitch(repository, loader, registry, new SwapGuard.Limits(100, 1), 4);
    ClassificationService service =
        new ClassificationService(
            new ModelSelection(registry, Optional.of("narrow"), () -> false, Map.of()),
            new ImageDecoder(1_000_000),
            1 << 20,
            2);
    byte[] image = Files.readAllBytes(Oracle.file("preprocess/png_rgb.png"));
    versions.activate(new ModelId("narrow", 1));

    Semaphore answers = new Semaphore(0);
    AtomicBoolean done = new AtomicBoolean();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Set<Integer> answeredBy = ConcurrentHashMap.newKeySet();
    List<Thread> clients = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      Thread thread =
          new Thread(
              () -> {
                while (!done.get()) {
                  try {
                    Classification answer = service.classify(Optional.empty(), image, 1);
                    answeredBy.add(answer.version());
                  } catch (RuntimeException | Error e) {
                    failures.add(e);
                  }
                  answers.release();
                }
              },
              "client-" + client);
      thread.start();
      clients.add(thread);
    }
    for (int swap = 1; swap <= SWAPS; swap++) {
      answers.acquire(ANSWERS_BETWEEN_SWAPS);
      versions.activate(new ModelId("narrow", swap % 4 + 1));
    }
    answers.drainPermits();
    answers.acquire(ANSWERS_BETWEEN_SWAPS);
    done.set(true);
    for (Thread client : clients) {
      client.join();
    }

    assertThat(failures).isEmpty();
    assertThat(answeredBy).containsExactlyInAnyOrder(1, 2, 3, 4);
    assertThat(registry.live("narrow")).contains(new ModelId("narrow", 1));
    assertThat(loaded).hasSize(SWAPS + 1);
    List<ServedModel> old = loaded.stream().limit(SWAPS).toList();
    old.forEach(model -> model.closed().join());
    registry.close();
  }
}
