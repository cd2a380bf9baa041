package io.github.vanillanet.model.engine;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The weights of a published artifact in an artifact with another arithmetic, or in the fastest
 * float32 artifact for a CPU. It is written here, not cast by the device, so that the same version
 * gives the same bytes on every machine.
 */
public final class DerivedArtifact {

  private DerivedArtifact() {}

  /**
   * @param published float32; the caller has verified its bytes
   * @param arithmetic the published one gives an artifact for a CPU
   * @param file the file to write
   * @throws ServiceException {@code BAD_ARTIFACT} if the published artifact has another
   *     architecture
   */
  public static void write(
      Path published,
      Architecture architecture,
      Preprocessing preprocessing,
      Arithmetic arithmetic,
      Path file)
      throws IOException {
    Network network = Network.of(architecture, Form.DEPLOYED);
    StateDict weights;
    try {
      weights = ParameterTable.of(network).select(ScriptWeights.read(published));
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.BAD_CHECKPOINT);
      throw BAD_ARTIFACT.error(e, "%s: %s", published, e.getMessage());
    }
    DeployedModule module =
        arithmetic.equals(Arithmetic.PUBLISHED)
            ? DeployedModule.onCpu(network, weights, preprocessing)
            : DeployedModule.of(network, weights, preprocessing, arithmetic);
    module.write(file);
  }
}
