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

  /** Only the first CUDA device supports float16. */
  private Arithmetic choose(
      Precision precision, boolean tf32, boolean benchmark, DeviceChoice devices) {
    return ArithmeticChoice.of(
        precision,
        new Switches(tf32, benchmark),
        devices,
        (device, asked) ->
            asked == Precision.FLOAT16 && !device.equals(CUDA.devices().get(0))
                ? Optional.of("no such instruction")
                : Optional.empty(),
        warnings::add);
  }

  @Test
  void byDefaultEveryDeviceUsesTheArithmeticOfTheArtifact() {
    for (DeviceChoice devices : List.of(CPU, FALLBACK, CUDA)) {
      assertThat(choose(Precision.FLOAT32, false, false, devices)).isEqualTo(Arithmetic.PUBLISHED);
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void cudaDevicesUseTf32AndTheCudnnBenchmark() {
    assertThat(choose(Precision.FLOAT32, true, true, CUDA))
        .isEqualTo(new Arithmetic(Precision.TF32, true));
    assertThat(choose(Precision.BFLOAT16, false, true, CUDA))
        .isEqualTo(new Arithmetic(Precision.BFLOAT16, true));
    assertThat(warnings).isEmpty();
  }

  @Test
  void tf32WithoutEffectIsReported() {
    assertThat(choose(Precision.FLOAT32, true, true, CPU)).isEqualTo(Arithmetic.PUBLISHED);
    assertThat(choose(Precision.BFLOAT16, true, false, CUDA).precision())
        .isEqualTo(Precision.BFLOAT16);

    assertThat(warnings).hasSize(2).allMatch(warning -> warning.contains("vanillanet.cuda.tf32"));
    assertThat(warnings.get(0)).contains("cpu", "float32");
    assertThat(warnings.get(1)).contains("cuda:0", "bfloat16");
  }

  @Test
  void aConfiguredDeviceMustSupportThePrecision() {
    assertThat(choose(Precision.BFLOAT16, false, false, CPU).precision())
        .isEqualTo(Precision.BFLOAT16);
    assertThatThrownBy(() -> choose(Precision.FLOAT16, false, false, CPU))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContainingAll("vanillanet.precision=float16", "cpu", "no such instruction");
    assertThatThrownBy(() -> choose(Precision.FLOAT16, false, false, CUDA))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContaining("cuda:1");
  }

  @Test
  void aCpuChosenByAutoFallsBackToFloat32WithAWarning() {
    assertThat(choose(Precision.FLOAT16, false, false, FALLBACK)).isEqualTo(Arithmetic.PUBLISHED);

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("vanillanet.precision=float16", "float32", "no such instruction");
  }
}
