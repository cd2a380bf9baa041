package io.github.vanillanet.model.repository;

import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.file.Path;

/** A full-size net with weights from a seed, written but not proven: for timing only. */
public final class SeededArtifact {

  private SeededArtifact() {}

  /**
   * @param file to be written
   */
  public static void write(VanillaNetVariant variant, Arithmetic arithmetic, Path file)
      throws IOException {
    Candidate candidate = SeededModel.of(variant);
    DeployedModule module =
        DeployedModule.of(
            candidate.network(),
            candidate.weights(),
            candidate.preprocessing().mean(),
            candidate.preprocessing().std(),
            arithmetic);
    TorchArchive.writeModule(file, module.source(), module.root());
  }
}
