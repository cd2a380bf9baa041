package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.file.Path;

/** A full-size, untrained model with weights from a fixed seed, to try and to time the service. */
public final class SeededModel {

  private static final long SEED = 5;

  private SeededModel() {}

  /** The model in the deployed form, ready to be published. */
  public static Candidate of(VanillaNetVariant variant) {
    Architecture architecture = Architecture.official(variant);
    Network deployed = Network.of(architecture, Form.DEPLOYED);
    return new Candidate(
        variant.modelName(),
        deployed,
        SeededWeights.of(deployed, SEED),
        1,
        Preprocessing.official(architecture.inputHeight(), architecture.inputWidth()),
        Labels.standard(architecture.classes()),
        false,
        "weights from seed " + SEED + ": untrained, for trying and timing only");
  }

  /** Writes an artifact without a certificate. */
  public static void write(VanillaNetVariant variant, Arithmetic arithmetic, Path file)
      throws IOException {
    Candidate model = of(variant);
    DeployedModule.of(model.network(), model.weights(), model.preprocessing(), arithmetic)
        .write(file);
  }
}
