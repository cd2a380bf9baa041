package io.github.vanillanet.model.engine;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.CalibrationModule;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Int8Module;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

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
   * @param ranges of the activations; required for int8, without effect on others
   * @param file the file to write
   * @throws ServiceException {@code BAD_ARTIFACT} if the published artifact has another
   *     architecture
   */
  public static void write(
      Path published,
      Architecture architecture,
      Preprocessing preprocessing,
      Arithmetic arithmetic,
      Optional<ActivationRanges> ranges,
      Path file)
      throws IOException {
    Network network = Network.of(architecture, Form.DEPLOYED);
    StateDict weights = weights(network, published);
    DeployedModule derived =
        switch (arithmetic.precision()) {
          case FLOAT32, TF32, FLOAT16, BFLOAT16 ->
              arithmetic.equals(Arithmetic.PUBLISHED)
                  ? DeployedModule.onCpu(network, weights, preprocessing)
                  : DeployedModule.of(network, weights, preprocessing, arithmetic);
          case INT8 -> Int8Module.of(network, weights, preprocessing, ranges.orElseThrow());
        };
    derived.write(file);
  }

  /**
   * Writes the float32 artifact with a method that measures activations, see {@link
   * CalibrationModule}. Parameters and errors are those of {@link #write}.
   */
  public static void writeForCalibration(
      Path published, Architecture architecture, Preprocessing preprocessing, Path file)
      throws IOException {
    Network network = Network.of(architecture, Form.DEPLOYED);
    CalibrationModule.of(network, weights(network, published), preprocessing).write(file);
  }

  private static StateDict weights(Network network, Path published) {
    try {
      return ParameterTable.of(network).select(ScriptWeights.read(published));
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.BAD_CHECKPOINT);
      throw BAD_ARTIFACT.error(e, "%s: %s", published, e.getMessage());
    }
  }
}
