package io.github.vanillanet.serve.registry;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.Candidate;
import io.github.vanillanet.model.repository.CheckpointImport;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.scheduler.Lane;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Publishes a narrow official net, for tests that need a real version. */
public final class PublishedModels {

  public static final int CLASSES = 10;

  private PublishedModels() {}

  /** vanillanet_5, 64×64, 10 classes, from the fixture's {@code model_ema}. */
  public static StoredVersion publish(Path repository, String name) {
    return publish(repository, imported(name));
  }

  /** The same weights, published as untrained ones. */
  public static StoredVersion publishUntrained(Path repository, String name) {
    Candidate c = imported(name);
    return publish(
        repository,
        new Candidate(
            name,
            c.network(),
            c.weights(),
            c.slope(),
            c.preprocessing(),
            c.labels(),
            false,
            c.origin()));
  }

  private static StoredVersion publish(Path repository, Candidate candidate) {
    return new ModelPublisher(TorchRuntime.load(), new ModelRepository(repository), 2, step -> {})
        .publish(candidate);
  }

  private static Candidate imported(String name) {
    return new CheckpointImport(
            Oracle.file("models/vanillanet_5/checkpoint-3.pth"),
            VanillaNetVariant.VANILLANET_5,
            Optional.of(name),
            Optional.empty(),
            Optional.empty(),
            1,
            Optional.of(new CheckpointImport.InputSize(64, 64)),
            Optional.empty())
        .read(warning -> {}, note -> {});
  }

  /** A version that is served by {@code lane}. */
  public static ServedModel served(StoredVersion version, Lane lane) {
    return new ServedModel(
        version,
        new Placement(List.of(Device.CPU), version.manifest().certificate()),
        lane,
        Duration.ZERO,
        Duration.ZERO);
  }

  /** The probe images of version 1. */
  public static List<byte[]> probes(Path repository, String name) {
    Manifest manifest = new ModelRepository(repository).manifest(new ModelId(name, 1));
    return manifest
        .certificate()
        .probes()
        .images(manifest.preprocessing().height(), manifest.preprocessing().width())
        .stream()
        .map(RgbImage::rgb)
        .toList();
  }
}
