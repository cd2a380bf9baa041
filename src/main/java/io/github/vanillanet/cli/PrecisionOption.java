package io.github.vanillanet.cli;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import picocli.CommandLine.Option;

/** The option that says in what numbers to compute. */
final class PrecisionOption {

  @Option(
      names = "--precision",
      defaultValue = "float32",
      description = "float32, float16 or bfloat16; default: ${DEFAULT-VALUE}")
  private String name;

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if there is no such precision, or the device
   *     does not compute in it
   */
  Arithmetic on(TorchRuntime runtime, Device device) {
    Precision precision =
        Precision.named(name)
            .orElseThrow(
                () ->
                    new ServiceException(
                        ErrorCode.BAD_CONFIGURATION,
                        "--precision: expected one of %s, found '%s'"
                            .formatted(String.join(", ", Precision.NAMES), name)));
    PrecisionProbe.refusal(runtime, device, precision)
        .ifPresent(
            reason -> {
              throw new ServiceException(
                  ErrorCode.BAD_CONFIGURATION,
                  "--precision=%s: %s does not compute in it: %s".formatted(name, device, reason));
            });
    return new Arithmetic(precision, false);
  }
}
