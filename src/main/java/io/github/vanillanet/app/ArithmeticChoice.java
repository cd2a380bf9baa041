package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.DeviceChoice;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** How the settings want models computed, on devices that can. */
final class ArithmeticChoice {

  private final String precision;
  private final ServingConfig.Cuda cuda;
  private final BiFunction<Device, Precision, Optional<String>> refusal;
  private final Consumer<String> warnings;

  /**
   * @param precision as configured
   * @param refusal why a device does not compute in a precision; empty if it does
   * @param warnings of settings that are not followed to the letter
   */
  ArithmeticChoice(
      String precision,
      ServingConfig.Cuda cuda,
      BiFunction<Device, Precision, Optional<String>> refusal,
      Consumer<String> warnings) {
    this.precision = precision;
    this.cuda = cuda;
    this.refusal = refusal;
    this.warnings = warnings;
  }

  /**
   * Checks the setting's name alone.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if there is no such precision
   */
  Precision require() {
    return Precision.named(precision)
        .orElseThrow(
            () ->
                new ServiceException(
                    ErrorCode.BAD_CONFIGURATION,
                    "vanillanet.precision: expected one of %s, found '%s'"
                        .formatted(String.join(", ", Precision.NAMES), precision)));
  }

  /**
   * A device that was named has to compute as configured. Where {@code auto} fell back to the CPU,
   * which the precision was hardly meant for, float32 takes its place.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if a device does not compute in the
   *     precision
   */
  Arithmetic on(DeviceChoice choice) {
    Precision asked = require();
    boolean onCuda =
        choice.devices().stream().allMatch(device -> device.kind() == Device.Kind.CUDA);
    if (cuda.tf32() && !(onCuda && asked == Precision.FLOAT32)) {
      warnings.accept(
          "vanillanet.cuda.tf32 has no effect on %s in %s"
              .formatted(choice.devices().get(0), asked.label()));
    }
    boolean autotune = onCuda && cuda.cudnnBenchmark();
    if (asked == Precision.FLOAT32) {
      return new Arithmetic(onCuda && cuda.tf32() ? Precision.TF32 : asked, autotune);
    }
    for (Device device : choice.devices()) {
      Optional<String> reason = refusal.apply(device, asked);
      if (reason.isPresent() && choice.fallback().isPresent()) {
        warnings.accept(
            "vanillanet.precision=%s: serving in float32, as this CPU does not compute in it: %s"
                .formatted(asked.label(), reason.get()));
        return Arithmetic.PUBLISHED;
      }
      if (reason.isPresent()) {
        throw new ServiceException(
            ErrorCode.BAD_CONFIGURATION,
            "vanillanet.precision=%s: %s does not compute in it: %s"
                .formatted(asked.label(), device, reason.get()));
      }
    }
    return new Arithmetic(asked, autotune);
  }
}
