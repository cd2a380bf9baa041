package io.github.vanillanet.model.repository;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.serve.registry.NarrowModels;
import io.github.vanillanet.serve.registry.PublishedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishers that work at the same time and share no lock. */
class ConcurrentPublishingTest {

  private static final int PUBLISHERS = 3;

  @TempDir Path root;

  @Test
  void publishersOfEqualWeightsGetOneVersion() throws Exception {
    StoredVersion source = PublishedModels.publish(root.resolve("source"), "five");
    Path models = root.resolve("models");
    CyclicBarrier written = new CyclicBarrier(PUBLISHERS);
    ExecutorService threads = Executors.newFixedThreadPool(PUBLISHERS);
    List<Future<VersionPublisher.Published>> publishers = new ArrayList<>();
    for (int i = 0; i < PUBLISHERS; i++) {
      publishers.add(
          threads.submit(
              () ->
                  new VersionPublisher(new ModelRepository(models))
                      .publish(
                          "five",
                          source.labels(),
                          source::hasContentOf,
                          folder -> {
                            for (String file : List.of("model.pt", "checkpoint.pth")) {
                              Files.copy(source.folder().resolve(file), folder.resolve(file));
                            }
                            await(written);
                            return source.manifest();
                          })));
    }
    int created = 0;
    for (Future<VersionPublisher.Published> publisher : publishers) {
      assertThat(publisher.get().version().id()).isEqualTo(new ModelId("five", 1));
      created += publisher.get().created() ? 1 : 0;
    }
    threads.shutdown();

    assertThat(created).isEqualTo(1);
    assertThat(models.resolve("five").toFile().list()).containsExactly("1");
  }

  @Test
  void anEqualVersionThatAppearsDuringTheComparisonIsFound() throws Exception {
    StoredVersion source = PublishedModels.publish(root.resolve("source"), "five");
    ModelRepository repository = new ModelRepository(root.resolve("models"));
    List<String> others = new ArrayList<>(source.labels());
    Collections.reverse(others);
    publish(repository, source, others, version -> false);
    AtomicBoolean raced = new AtomicBoolean();

    VersionPublisher.Published second =
        publish(
            repository,
            source,
            source.labels(),
            version -> {
              if (!raced.getAndSet(true)) {
                publish(repository, source, source.labels(), source::hasContentOf);
              }
              return source.hasContentOf(version);
            });

    assertThat(second.created()).isFalse();
    assertThat(second.version().id()).isEqualTo(new ModelId("five", 2));
    assertThat(repository.versions("five")).containsExactly(1, 2);
  }

  private static VersionPublisher.Published publish(
      ModelRepository repository,
      StoredVersion source,
      List<String> labels,
      Predicate<StoredVersion> equal) {
    return new VersionPublisher(repository)
        .publish(
            "five",
            labels,
            equal,
            folder -> {
              for (String file : List.of("model.pt", "checkpoint.pth")) {
                Files.copy(source.folder().resolve(file), folder.resolve(file));
              }
              return source.manifest();
            });
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anActivationOfAVersionThatIsDeletedMeanwhileFails() throws Exception {
    ModelRepository repository = NarrowModels.publish(root, "narrow", 2);
    ModelId second = new ModelId("narrow", 2);
    repository.activate(new ModelId("narrow", 1));
    repository.delete(second);

    assertThatThrownBy(() -> repository.activate(second)).has(code(ErrorCode.CONFLICT));

    assertThat(repository.active()).containsExactly(new ModelId("narrow", 1));
  }
}
