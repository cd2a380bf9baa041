import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * {@code WriteArtifact VARIANT PRECISION AUTOTUNE FILE} writes the archive that the service would
 * load, with random weights from a fixed seed.
 */
public final class WriteArtifact {

  private static final long SEED = 5;
  private static final int SIDE = 224;

  private WriteArtifact() {}

  public static void main(String... arguments) throws IOException {
    if (arguments.length != 4) {
      System.err.println("usage: WriteArtifact VARIANT PRECISION AUTOTUNE FILE");
      System.exit(2);
    }
    VanillaNetVariant variant =
        VanillaNetVariant.named(arguments[0])
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "expected one of %s, found '%s'"
                            .formatted(VanillaNetVariant.names(), arguments[0])));
    Arithmetic arithmetic =
        new Arithmetic(
            Precision.valueOf(arguments[1].toUpperCase(Locale.ROOT)),
            Boolean.parseBoolean(arguments[2]));
    Network network = Network.of(Architecture.official(variant), Form.DEPLOYED);
    DeployedModule module =
        DeployedModule.of(
            network, SeededWeights.of(network, SEED), Preprocessing.official(SIDE, SIDE), arithmetic);
    TorchArchive.writeModule(Path.of(arguments[3]), module.source(), module.root());
  }
}
