package io.github.vanillanet.app;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.DeviceChoice;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Chooses the arithmetic from the settings and from what the devices support. */
final class ArithmeticChoice {

  private ArithmeticChoice() {}

  /**
   * Returns float32 if {@code auto} fell back to a CPU that does not support the configured
   * precision.
   *
   * @param precision as configured
   * @param unsupported why a device does not support a precision; empty if it does
   * @param warnings receives a message for each setting that has no effect
   * @throws ServiceException {@code BAD_CONFIGURATION} if a configured device does not support it
   */
  static Arithmetic of(
      Precision precision,
      ServingConfig.Cuda cuda,
      DeviceChoice choice,
      BiFunction<Device, Precision, Optional<String>> unsupported,
      Consumer<String> warnings) {
    boolean onCuda =
        choice.devices().stream().allMatch(device -> device.kind() == Device.Kind.CUDA);
    boolean tf32 = cuda.tf32() && onCuda && precision == Precision.FLOAT32;
    if (cuda.tf32() && !tf32) {
      warnings.accept(
          "vanillanet.cuda.tf32 has no effect on %s in %s"
              .formatted(choice.devices().get(0), precision.label()));
    }
    if (precision != Precision.FLOAT32) {
      for (Device device : choice.devices()) {
        Optional<String> reason = unsupported.apply(device, precision);
        if (reason.isPresent() && choice.fallback().isPresent()) {
          warnings.accept(
              "vanillanet.precision=%s: the CPU does not support it (%s); serving in float32"
                  .formatted(precision.label(), reason.get()));
          return Arithmetic.PUBLISHED;
        }
        if (reason.isPresent()) {
          throw BAD_CONFIGURATION.error(
              "vanillanet.precision=%s: %s does not support it: %s",
              precision.label(), device, reason.get());
        }
      }
    }
    return new Arithmetic(tf32 ? Precision.TF32 : precision, onCuda && cuda.cudnnBenchmark());
  }
}
