package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.util.Optional;

/** A full-size member of the family with weights from a fixed seed: to try and to time the path. */
public final class SeededModel {

  private static final long SEED = 5;

  private SeededModel() {}

  /** A candidate of the deployed form, flagged as untrained. */
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
        "weights from seed " + SEED + ": untrained, for trying and timing only",
        Optional.empty());
  }
}
