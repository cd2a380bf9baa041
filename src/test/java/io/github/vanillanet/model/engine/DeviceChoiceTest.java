package io.github.vanillanet.model.engine;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses descriptions of machines, not real devices. */
class DeviceChoiceTest {

  private final Machine machine = new Machine();

  /** A machine with two devices and everything that they require; tests remove parts. */
  private static final class Machine {
    int usable = 2;
    boolean cudaBuild = true;
    OptionalInt shown = OptionalInt.of(2);
    final Map<String, String> variables = new HashMap<>(Map.of("PYTORCH_LIBRARY_PATH", "/lib/pt"));
    boolean cudaRuntime = true;

    DeviceChoice choose(String setting) {
      return DeviceChoice.of(
          setting,
          usable,
          () ->
              new CudaSurroundings(
                  "2.7.1",
                  cudaBuild,
                  Optional.ofNullable(variables.get("PYTORCH_LIBRARY_PATH")),
                  Optional.ofNullable(variables.get("CUDA_VISIBLE_DEVICES")),
                  cudaRuntime,
                  shown));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "auto; cuda:0",
        "cpu; cpu",
        "cuda; cuda:0",
        "cuda:1; cuda:1",
        "cuda:1,cuda:0; cuda:1,cuda:0",
        "cuda:all; cuda:0,cuda:1",
      })
  void aSettingSelectsDevices(String setting, String devices) {
    DeviceChoice choice = machine.choose(setting);

    assertThat(choice.names()).isEqualTo(devices);
    assertThat(choice.fallback()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tpu",
        "",
        "cuda:",
        "cuda:0,",
        "cuda:0,cuda:0",
        "cuda,cuda:0",
        "cpu,cuda:0",
        "CPU"
      })
  void rejectsAnInvalidSetting(String setting) {
    assertThatThrownBy(() -> machine.choose(setting))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContainingAll("vanillanet.device", "auto", "cpu", "cuda:N", "cuda:all")
        .hasMessageNotContaining("\n");
  }

  private void assertMissing(String... parts) {
    machine.usable = 0;
    for (String setting : List.of("cuda", "cuda:1", "cuda:all", "cuda:0,cuda:1")) {
      assertThatThrownBy(() -> machine.choose(setting))
          .has(code(ErrorCode.BAD_CONFIGURATION))
          .hasMessageContainingAll(parts)
          .hasMessageContaining("vanillanet.device=" + setting)
          .hasMessageNotContaining("\n");
    }
    DeviceChoice automatic = machine.choose("auto");
    assertThat(automatic.devices()).containsExactly(Device.CPU);
    assertThat(automatic.fallback().orElseThrow()).contains(parts).doesNotContain("\n");
    assertThat(machine.choose("cpu").fallback()).as("explicit choice").isEmpty();
  }

  @Test
  void reportsAMissingDriver() {
    machine.shown = OptionalInt.empty();

    assertMissing("libcuda.so.1");
  }

  @Test
  void reportsADriverWithoutDevicesAndTheVariableThatHidesThem() {
    machine.shown = OptionalInt.of(0);
    machine.variables.put("CUDA_VISIBLE_DEVICES", "-1");

    assertMissing("driver", "CUDA_VISIBLE_DEVICES='-1'");
  }

  @Test
  void reportsACpuBuildAndTheUnsetVariable() {
    machine.cudaBuild = false;
    machine.variables.clear();

    assertMissing("2.7.1", "PYTORCH_LIBRARY_PATH", "PYTORCH_VERSION", "PYTORCH_FLAVOR");
  }

  @Test
  void reportsTheFolderWithoutCudaLibraries() {
    machine.cudaBuild = false;

    assertMissing("PYTORCH_LIBRARY_PATH=/lib/pt", "libtorch_cuda.so");
  }

  @Test
  void reportsAMissingRuntimeLibrary() {
    machine.cudaRuntime = false;

    assertMissing("libcudart.so");
  }

  @Test
  void reportsEverythingThatIsMissingAtOnce() {
    machine.shown = OptionalInt.empty();
    machine.cudaBuild = false;
    machine.cudaRuntime = false;

    assertMissing("libcuda.so.1", "libtorch_cuda.so", "libcudart.so");
  }

  @Test
  void reportsADeviceThatLibtorchCannotUseAlthoughNothingIsMissing() {
    assertMissing("2.7.1", "driver", "too old");
  }

  @Test
  void rejectsAnIndexOutOfRange() {
    machine.variables.put("CUDA_VISIBLE_DEVICES", "4,5");

    assertThatThrownBy(() -> machine.choose("cuda:1,cuda:2"))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContainingAll(
            "vanillanet.device=cuda:1,cuda:2", "found cuda:2", "CUDA_VISIBLE_DEVICES='4,5'");
  }
}
