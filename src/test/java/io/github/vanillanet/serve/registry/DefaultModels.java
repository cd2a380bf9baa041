package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.VersionPublisher;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A repository and the versions of it that are loaded. */
abstract class DefaultModels {

  static final Manifest EMBEDDED = EmbeddedModel.described().manifest();

  @TempDir Path root;
  final List<StoredVersion> loaded = new ArrayList<>();
  ModelRepository repository;

  @BeforeEach
  void open() {
    repository = new ModelRepository(root);
  }

  DefaultModel started(Optional<String> setting) {
    DefaultModel model = new DefaultModel(setting, repository, () -> List.copyOf(loaded));
    model.update();
    return model;
  }

  DefaultModel started() {
    return started(Optional.empty());
  }

  StoredVersion load(String name, int day, boolean trained, String artifactSha256) {
    Certificate c = EMBEDDED.certificate();
    Manifest manifest =
        new Manifest(
            1,
            name,
            Instant.parse("2026-01-%02dT00:00:00Z".formatted(day)),
            trained,
            EMBEDDED.architecture(),
            EMBEDDED.depth(),
            EMBEDDED.parameters(),
            EMBEDDED.macs(),
            EMBEDDED.preprocessing(),
            EMBEDDED.precision(),
            EMBEDDED.origin(),
            EMBEDDED.accuracy(),
            EMBEDDED.trainingImages(),
            EMBEDDED.calibration(),
            EMBEDDED.domain(),
            new Certificate(
                c.source(),
                c.variant(),
                c.slope(),
                c.weightsSha256(),
                artifactSha256,
                c.probes(),
                c.goldenLogits(),
                c.float64(),
                c.served(),
                c.precision(),
                c.versions()));
    unload(name);
    StoredVersion version =
        new VersionPublisher(repository)
            .publish(name, List.of(), other -> false, folder -> manifest)
            .version();
    loaded.add(version);
    return version;
  }

  void loadOwn(String name, int day) {
    load(name, day, true, "digest of " + name + day);
  }

  void loadSeeded(String name) {
    load(name, 1, false, "digest of " + name);
  }

  void loadEmbedded() {
    load(EmbeddedModel.NAME, 1, true, EMBEDDED.certificate().artifactSha256());
  }

  void unload(String name) {
    loaded.removeIf(version -> version.id().name().equals(name));
  }

  void delete(String name) {
    unload(name);
    repository.versions(name).forEach(v -> repository.delete(new ModelId(name, v)));
  }

  Path mark() {
    return root.resolve(".default");
  }

  static List<LogRecord> logged(Class<?> source, Runnable action) {
    List<LogRecord> records = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            records.add(line);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(source.getName());
    logger.addHandler(handler);
    try {
      action.run();
    } finally {
      logger.removeHandler(handler);
    }
    return records;
  }
}
