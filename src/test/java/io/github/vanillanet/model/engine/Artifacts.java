package io.github.vanillanet.model.engine;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.ParameterTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Writes artifacts of {@link Nets} into a folder. */
record Artifacts(Path folder) {

  Path published(Nets.Net net) throws IOException {
    Path file = Files.createTempFile(folder, "published", ".pt");
    Preprocessing preprocessing = preprocessing(net.network().architecture());
    DeployedModule.of(
            net.network(),
            ParameterTable.of(net.network()).select(net.weights()), // in this order, as published
            preprocessing,
            Arithmetic.PUBLISHED)
        .write(file);
    return file;
  }

  Path derived(Nets.Net net, Arithmetic arithmetic) throws IOException {
    return derive(published(net), net, arithmetic);
  }

  Path derive(Path published, Nets.Net net, Arithmetic arithmetic) throws IOException {
    Path file = Files.createTempFile(folder, "derived", ".pt");
    Architecture architecture = net.network().architecture();
    Preprocessing preprocessing = preprocessing(architecture);
    DerivedArtifact.write(
        published, architecture, preprocessing, arithmetic, Optional.empty(), file);
    return file;
  }

  static Preprocessing preprocessing(Architecture net) {
    return Preprocessing.official(net.inputHeight(), net.inputWidth());
  }
}
