package io.github.vanillanet.app;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.DeviceChoice;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Chooses arithmetics from the settings and from what the devices support. */
final class ArithmeticChoice {

  /** The value of {@code vanillanet.precision} that leaves the choice to each version. */
  static final String AUTO = "auto";

  private ArithmeticChoice() {}

  /**
   * The arithmetics that versions may use. For {@code auto} these are float32's and, after it,
   * those of the reduced precisions that all devices support. Otherwise it is one. Parameters and
   * errors are those of {@link #of}.
   *
   * @param precision as configured: a name of a precision, or {@code auto}
   */
  static List<Arithmetic> candidates(
      String precision,
      ServingConfig.Cuda cuda,
      DeviceChoice choice,
      BiFunction<Device, Precision, Optional<String>> unsupported,
      Consumer<String> warnings) {
    if (!precision.equals(AUTO)) {
      Precision named = Precision.named(precision).orElseThrow();
      return List.of(of(named, cuda, choice, unsupported, warnings));
    }
    List<Arithmetic> candidates = new ArrayList<>();
    candidates.add(of(Precision.FLOAT32, cuda, choice, unsupported, warnings));
    for (Precision reduced : List.of(Precision.INT8, Precision.BFLOAT16, Precision.FLOAT16)) {
      if (choice.devices().stream()
          .allMatch(device -> unsupported.apply(device, reduced).isEmpty())) {
        candidates.add(new Arithmetic(reduced, candidates.get(0).autotune()));
      }
    }
    return candidates;
  }

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
