package io.github.vanillanet.model.engine;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds out whether a device supports a precision, by a forward of a tiny net. */
public final class PrecisionProbe {

  private static final int SIDE = 64;
  private static final Architecture TINY =
      new Architecture(VanillaNetVariant.VANILLANET_5, List.of(8, 8, 8, 8), 1, 2, SIDE, SIDE);

  private PrecisionProbe() {}

  /** Returns libtorch's error if the device does not support the precision. */
  public static Optional<String> unsupported(
      TorchRuntime runtime, Device device, Precision precision) {
    Network network = Network.of(TINY, Form.DEPLOYED);
    DeployedModule module =
        DeployedModule.of(
            network,
            SeededWeights.of(network, 1),
            Preprocessing.official(SIDE, SIDE),
            new Arithmetic(precision, false));
    ByteBuffer image = InputKind.IMAGES.buffer(1, SIDE, SIDE);
    try {
      Path file = Files.createTempFile("vanillanet-", ".pt");
      try {
        module.write(file);
        try (ModelInstance net = TorchInstance.load(runtime, file, device, SIDE, SIDE, 1)) {
          net.attachToThread();
          net.forward(InputKind.IMAGES, image, 1);
          return Optional.empty();
        }
      } finally {
        Files.delete(file);
      }
    } catch (ServiceException e) {
      return Optional.of(e.getMessage().replaceFirst("^.*?Error: ", "")); // drops the file's name
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a temporary file", e);
    }
  }
}
