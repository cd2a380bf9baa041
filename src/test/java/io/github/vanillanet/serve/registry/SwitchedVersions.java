package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.scheduler.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Six versions of a model, some of which cannot be loaded or give senseless answers. */
abstract class SwitchedVersions {

  @TempDir Path root;
  final ModelRegistry registry = new ModelRegistry();
  final List<String> faults = new ArrayList<>();
  final Set<Integer> unloadable = new HashSet<>();
  final Set<Integer> nonsensical = new HashSet<>();
  ModelRepository repository;
  VersionSwitch versions;

  @BeforeEach
  void publish() throws IOException {
    repository = NarrowModels.publish(root, "narrow", 6);
    versions = keeping(6);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  VersionSwitch keeping(int keep) {
    return new VersionSwitch(repository, this::load, registry, new SwapGuard.Limits(10, 2), keep);
  }

  ServedModel load(StoredVersion version) {
    if (unloadable.contains(version.id().version())) {
      throw BAD_ARTIFACT.error("%s cannot be loaded", version.id());
    }
    return PublishedModels.served(
        version, new Lane(version.id().toString(), new Fixed(logit(version)), 1));
  }

  float logit(StoredVersion version) {
    return nonsensical.contains(version.id().version()) ? Float.NaN : 0;
  }

  record Fixed(float logit) implements ModelInstance {
    @Override
    public void attachToThread() {}

    @Override
    public float[] forward(InputKind kind, ByteBuffer input, int samples) {
      float[] logits = new float[samples * PublishedModels.CLASSES];
      Arrays.fill(logits, logit);
      return logits;
    }

    @Override
    public void close() {}
  }

  KnownVersions known() {
    return new KnownVersions(repository, registry);
  }

  static ModelId version(int version) {
    return new ModelId("narrow", version);
  }

  void activate(int... numbers) {
    for (int number : numbers) {
      versions.activate(version(number));
    }
  }

  int live() {
    return registry.live("narrow").orElseThrow().version();
  }

  ServedModel current() {
    return registry.current("narrow").orElseThrow();
  }
}
