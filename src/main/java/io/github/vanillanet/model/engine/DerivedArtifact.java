package io.github.vanillanet.model.engine;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
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
import java.nio.file.Path;
import java.util.List;

/**
 * The weights of a published artifact in one that computes otherwise. Written by this program, not
 * cast by the device: it works for every version on disk, and the same version gives the same bytes
 * everywhere.
 */
public final class DerivedArtifact {

  private DerivedArtifact() {}

  /**
   * @param published float32, its bytes verified by the caller
   * @param mean per channel, of the version's preprocessing
   * @param std per channel
   * @param file to be written
   * @throws ServiceException {@code BAD_ARTIFACT} if the published one is not of this architecture
   */
  public static void write(
      Path published,
      Architecture architecture,
      List<Double> mean,
      List<Double> std,
      Arithmetic arithmetic,
      Path file)
      throws IOException {
    Network network = Network.of(architecture, Form.DEPLOYED);
    StateDict weights;
    try {
      weights = ParameterTable.of(network).select(ScriptWeights.read(published));
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.BAD_CHECKPOINT);
      throw new ServiceException(
          ErrorCode.BAD_ARTIFACT, "%s: %s".formatted(published, e.getMessage()), e);
    }
    DeployedModule module = DeployedModule.of(network, weights, mean, std, arithmetic);
    TorchArchive.writeModule(file, module.source(), module.root());
  }
}
