package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.scheduler.Lane;
import io.github.vanillanet.serve.scheduler.ModelInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {

  @TempDir static Path root;

  private static StoredVersion stored;
  private static ModelLoader loader;

  @BeforeAll
  static void publish() {
    stored = PublishedModels.publish(root, "five");
    loader = new ModelLoader(TorchRuntime.load(), Device.CPU, Arithmetic.PUBLISHED, 2, 8);
  }

  @Test
  void loadedModelIsWarmAndTimed() {
    try (ModelRegistry registry = new ModelRegistry()) {
      registry.swap(loader.load(stored));

      try (Lease lease = registry.lease("five").orElseThrow()) {
        assertThat(lease.model().batch1Latency()).isPositive();
        assertThat(lease.model().loadTime()).isGreaterThan(lease.model().batch1Latency());
        assertThat(answers(lease.model().lane())).isTrue();
      }
      assertThat(registry.names()).containsExactly("five");
      assertThat(registry.lease("six")).isEmpty();
    }
  }

  @Test
  void swapWaitsForTheLastLease() {
    try (ModelRegistry registry = new ModelRegistry()) {
      ServedModel before = loader.load(stored);
      ServedModel after = loader.load(stored);
      registry.swap(before);
      Lease held = registry.lease("five").orElseThrow();

      registry.swap(after);

      try (Lease next = registry.lease("five").orElseThrow()) {
        assertThat(next.model()).isSameAs(after);
      }
      assertThat(before.closed()).isNotDone();
      assertThat(answers(held.model().lane())).isTrue();

      held.close();
      held.close(); // closing it twice releases one use only

      assertThat(before.closed()).succeedsWithin(Duration.ofMinutes(1));
      assertThatThrownBy(() -> answers(before.lane())).has(code(ErrorCode.NOT_READY));
      assertThat(after.closed()).isNotDone();
    }
  }

  @Test
  void swapsAndRemovalsUpdateTheDefaultModel(@TempDir Path folder) {
    try (ModelRegistry registry = new ModelRegistry()) {
      ModelRepository repository = new ModelRepository(folder);
      DefaultModel model = new DefaultModel(Optional.empty(), repository, registry::versions);
      registry.onChange(model::update);
      model.update();

      registry.swap(loader.load(stored));
      assertThat(model.name()).contains("five");

      registry.remove("five");
      assertThat(model.name()).isEmpty();
    }
  }

  @Test
  void closingTheRegistryClosesEveryModel() {
    ModelRegistry registry = new ModelRegistry();
    ServedModel model = loader.load(stored);
    registry.swap(model);

    registry.close();

    assertThat(model.closed()).isDone();
    assertThat(registry.names()).isEmpty();
    assertThat(registry.lease("five")).isEmpty();
  }

  @Test
  void modelWhoseAnswersDifferFromItsCertificateIsNotLoaded(@TempDir Path other)
      throws IOException {
    StoredVersion version = PublishedModels.publish(other, "five");
    Path manifest = version.folder().resolve(StoredVersion.MANIFEST);
    String text = Files.readString(manifest);
    Files.writeString(
        manifest,
        text.replaceFirst("\"golden_logits\":\\[\\[[^,]*,", "\"golden_logits\":[[0.125,"));
    StoredVersion tampered = new ModelRepository(other).open(version.id());

    assertThatThrownBy(() -> loader.load(tampered)).has(code(ErrorCode.NOT_EQUIVALENT));
  }

  private static boolean answers(Lane lane) {
    ByteBuffer pixels = ByteBuffer.allocate(InputKind.IMAGES.sampleBytes(64, 64));
    return lane.submit(new ModelInput(InputKind.IMAGES, 1, pixels)).join().length
        == PublishedModels.CLASSES;
  }
}
