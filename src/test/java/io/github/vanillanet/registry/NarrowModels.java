package io.github.vanillanet.registry;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.engine.TorchRuntime;
import io.github.vanillanet.network.VanillaNetVariant;
import io.github.vanillanet.publish.CheckpointImport;
import io.github.vanillanet.publish.ModelPublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Repositories of the narrow official checkpoints. */
public final class NarrowModels {

  private NarrowModels() {}

  /** Publishes the two sets of weights of a narrow vanillanet_5, in turn, as versions 1, 2, … */
  public static ModelRepository publish(Path root, String name, int versions) throws IOException {
    ModelRepository repository = new ModelRepository(root);
    ModelPublisher publisher = new ModelPublisher(TorchRuntime.load(), repository, 1, step -> {});
    for (String key : List.of("model", "model_ema").subList(0, Math.min(2, versions))) {
      publisher.publish(
          new CheckpointImport(
                  Oracle.file("models/vanillanet_5/checkpoint-3.pth"),
                  VanillaNetVariant.VANILLANET_5,
                  Optional.of(name),
                  Optional.of(key),
                  1,
                  64,
                  64,
                  Optional.empty())
              .read(warning -> {}));
    }
    for (int version = 3; version <= versions; version++) {
      copy(root.resolve(name), version - 2, version);
    }
    return repository;
  }

  private static void copy(Path model, int from, int to) throws IOException {
    Path target = Files.createDirectory(model.resolve(Integer.toString(to)));
    try (Stream<Path> files = Files.list(model.resolve(Integer.toString(from)))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
  }
}
