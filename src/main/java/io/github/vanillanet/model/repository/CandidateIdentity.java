package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.io.IOException;
import java.util.List;

/**
 * What makes two versions of a model equal. The name of the checkpoint's file and the time do not
 * count.
 *
 * @param weightsSha256 of the source weights
 * @param trained false for weights from a seed
 */
record CandidateIdentity(
    String weightsSha256,
    Architecture architecture,
    Preprocessing preprocessing,
    List<String> labels,
    boolean trained) {

  /**
   * @param weights of the candidate's network, without other tensors
   */
  static CandidateIdentity of(Candidate candidate, StateDict weights) {
    return new CandidateIdentity(
        weights.sha256(),
        candidate.network().architecture(),
        candidate.preprocessing(),
        candidate.labels(),
        candidate.trained());
  }

  boolean matches(StoredVersion version) {
    Manifest manifest = version.manifest();
    return equals(
            new CandidateIdentity(
                manifest.certificate().weightsSha256(),
                manifest.architecture(),
                manifest.preprocessing(),
                version.labels(),
                manifest.trained()))
        && hasFormatOfThisRelease(version);
  }

  /** Whether this release would write the same code into the artifact. */
  private static boolean hasFormatOfThisRelease(StoredVersion version) {
    Manifest manifest = version.manifest();
    Network deployed = Network.of(manifest.architecture(), Form.DEPLOYED);
    try {
      StateDict weights =
          ParameterTable.of(deployed).select(ScriptWeights.read(version.artifact()));
      return DeployedModule.of(deployed, weights, manifest.preprocessing(), Arithmetic.PUBLISHED)
          .source()
          .equals(TorchArchive.readCode(version.artifact()));
    } catch (IOException | ServiceException e) {
      return false; // damaged
    }
  }
}
