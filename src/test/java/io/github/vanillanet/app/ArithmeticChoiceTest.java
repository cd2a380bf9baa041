package io.github.vanillanet.app;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.DeviceChoice;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArithmeticChoiceTest {

  private static final DeviceChoice CPU = new DeviceChoice(List.of(Device.CPU), Optional.empty());
  private static final DeviceChoice FALLBACK =
      new DeviceChoice(List.of(Device.CPU), Optional.of("no driver"));
  private static final DeviceChoice CUDA =
      new DeviceChoice(
          List.of(new Device(Device.Kind.CUDA, 0), new Device(Device.Kind.CUDA, 1)),
          Optional.empty());

  private final List<String> warnings = new ArrayList<>();

  private record Switches(boolean tf32, boolean cudnnBenchmark) implements ServingConfig.Cuda {}

  /** Where the CPU, and the second CUDA device, know no float16. */
  private Arithmetic choose(
      String precision, boolean tf32, boolean benchmark, DeviceChoice devices) {
    return new ArithmeticChoice(
            precision,
            new Switches(tf32, benchmark),
            (device, asked) ->
                asked == Precision.FLOAT16 && !device.equals(CUDA.devices().get(0))
                    ? Optional.of("no such instruction")
                    : Optional.empty(),
            warnings::add)
        .on(devices);
  }

  @Test
  void byDefaultEveryDeviceComputesAsPublished() {
    for (DeviceChoice devices : List.of(CPU, FALLBACK, CUDA)) {
      assertThat(choose("float32", false, false, devices)).isEqualTo(Arithmetic.PUBLISHED);
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void cudaTakesItsSwitches() {
    assertThat(choose("float32", true, true, CUDA)).isEqualTo(new Arithmetic(Precision.TF32, true));
    assertThat(choose("bfloat16", false, true, CUDA))
        .isEqualTo(new Arithmetic(Precision.BFLOAT16, true));
    assertThat(warnings).isEmpty();
  }

  @Test
  void switchesWithoutEffectAreToldOrHarmless() {
    assertThat(choose("float32", true, true, CPU)).isEqualTo(Arithmetic.PUBLISHED);
    assertThat(choose("bfloat16", true, false, CUDA).precision()).isEqualTo(Precision.BFLOAT16);

    assertThat(warnings)
        .containsExactly(
            "vanillanet.cuda.tf32 has no effect on cpu in float32",
            "vanillanet.cuda.tf32 has no effect on cuda:0 in bfloat16");
  }

  @Test
  void aDeviceThatWasNamedHasToComputeInThePrecision() {
    assertThat(choose("bfloat16", false, false, CPU).precision()).isEqualTo(Precision.BFLOAT16);
    assertThatThrownBy(() -> choose("float16", false, false, CPU))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessage(
            "vanillanet.precision=float16: cpu does not compute in it: no such instruction");
    assertThatThrownBy(() -> choose("float16", false, false, CUDA))
        .hasMessageContaining("cuda:1 does not compute in it");
  }

  @Test
  void theCpuThatAutoFellBackToServesFloat32AndSaysSo() {
    assertThat(choose("float16", false, false, FALLBACK)).isEqualTo(Arithmetic.PUBLISHED);

    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("vanillanet.precision=float16: serving in float32")
        .contains("no such instruction");
  }

  @Test
  void whatIsNoPrecisionIsRefused() {
    for (String name : List.of("half", "tf32", "FLOAT16", "")) {
      assertThatThrownBy(() -> choose(name, false, false, CPU))
          .has(code(ErrorCode.BAD_CONFIGURATION))
          .hasMessage(
              "vanillanet.precision: expected one of float32, float16, bfloat16, found '%s'"
                  .formatted(name));
    }
  }
}
