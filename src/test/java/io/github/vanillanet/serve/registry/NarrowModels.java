package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.ModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Repositories with several versions of one narrow net. */
public final class NarrowModels {

  private NarrowModels() {}

  /** Publishes versions 1 to {@code versions} with the same weights. */
  public static ModelRepository publish(Path root, String name, int versions) throws IOException {
    PublishedModels.publish(root, name);
    for (int version = 2; version <= versions; version++) {
      copy(root.resolve(name), version);
    }
    return new ModelRepository(root);
  }

  /** Copies version 1 of a model to another version. */
  public static void copy(Path model, int version) throws IOException {
    copy(model, model, version);
  }

  /** Copies version 1 of a model to a version of the folder {@code other}. */
  public static void copy(Path model, Path other, int version) throws IOException {
    Path target = Files.createDirectories(other.resolve(Integer.toString(version)));
    try (Stream<Path> files = Files.list(model.resolve("1"))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
  }
}
