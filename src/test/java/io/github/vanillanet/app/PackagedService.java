package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.cli.Jar;
import io.github.vanillanet.serve.registry.NarrowModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Runs the packaged jar as a service. */
abstract class PackagedService {

  /** Contains one valid model. Tests do not change it. */
  @TempDir static Path shared;

  static Path good;

  final Path folder;
  final Jar jar;

  PackagedService(@TempDir Path folder) {
    this.folder = folder;
    this.jar = new Jar(folder);
  }

  @BeforeAll
  static void importOnce() {
    good = shared.resolve("models");
    assertThat(new Jar(shared).importSmall(good).exitCode()).isZero();
  }

  Jar.Running serve(List<String> wrapper, Map<String, String> environment) {
    Map<String, String> all =
        new HashMap<>(Map.of("QUARKUS_HTTP_PORT", "0", "VANILLANET_WARM_UP", "0S"));
    all.putAll(environment);
    return jar.start(wrapper, all);
  }

  /** The good version under another name; returns its folder. */
  static Path copyModel(String name, Path repository) throws IOException {
    NarrowModels.copy(good.resolve("vanillanet-5"), repository.resolve(name), 1);
    return repository.resolve(name).resolve("1");
  }

  static void corrupt(Path version) throws IOException {
    Path artifact = version.resolve("model.pt");
    byte[] bytes = Files.readAllBytes(artifact);
    bytes[bytes.length / 2] ^= 1;
    Files.write(artifact, bytes);
  }
}
