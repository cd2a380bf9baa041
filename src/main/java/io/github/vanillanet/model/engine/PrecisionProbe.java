package io.github.vanillanet.model.engine;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.StateDict;
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

  /** Returns the reason if the device does not support the precision: libtorch's error, usually. */
  public static Optional<String> unsupported(
      TorchRuntime runtime, Device device, Precision precision) {
    Network network = Network.of(TINY, Form.DEPLOYED);
    Preprocessing preprocessing = Preprocessing.official(SIDE, SIDE);
    try {
      if (precision == Precision.INT8) {
        return device.kind() == Device.Kind.CPU
            ? Int8Probe.unsupported(runtime, network, preprocessing)
            : Optional.of("int8 is for CPUs");
      }
      StateDict weights = SeededWeights.of(network, 1);
      Arithmetic arithmetic = new Arithmetic(precision, false);
      try (ModelInstance net =
          load(runtime, device, DeployedModule.of(network, weights, preprocessing, arithmetic))) {
        net.attachToThread();
        net.forward(InputKind.IMAGES, InputKind.IMAGES.buffer(1, SIDE, SIDE), 1);
        return Optional.empty();
      }
    } catch (ServiceException e) {
      return Optional.of(e.getMessage().replaceFirst("^.*?Error: ", "")); // drops the file's name
    }
  }

  static TorchInstance load(TorchRuntime runtime, Device device, DeployedModule module) {
    try {
      Path file = TemporaryFiles.file("vanillanet-", ".pt");
      try {
        module.write(file);
        return TorchInstance.load(runtime, file, device, SIDE, SIDE, 1);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a temporary file", e);
    }
  }
}
