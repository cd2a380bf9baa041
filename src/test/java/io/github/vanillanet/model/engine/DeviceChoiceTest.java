package io.github.vanillanet.model.engine;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On machines that are told, not had. */
class DeviceChoiceTest {

  private final Machine machine = new Machine();

  /** Two devices and all that they need, unless a test takes something away. */
  private static final class Machine implements CudaSurroundings {
    int usable = 2;
    boolean cudaBuild = true;
    OptionalInt shown = OptionalInt.of(2);
    final Map<String, String> variables = new HashMap<>(Map.of("PYTORCH_LIBRARY_PATH", "/lib/pt"));
    final Set<String> libraries = new HashSet<>(Set.of("cudart"));

    @Override
    public int usableDevices() {
      return usable;
    }

    @Override
    public String libtorch() {
      return "2.7.1";
    }

    @Override
    public Path libtorchFolder() {
      return Path.of("/lib/pt");
    }

    @Override
    public boolean libtorchHasCuda() {
      return cudaBuild;
    }

    @Override
    public Optional<String> variable(String name) {
      return Optional.ofNullable(variables.get(name));
    }

    @Override
    public boolean canLoad(String name) {
      return libraries.contains(name);
    }

    @Override
    public OptionalInt driverDevices() {
      return shown;
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
  void aSettingNamesDevices(String setting, String devices) {
    DeviceChoice choice = DeviceChoice.of(setting, machine);

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
  void whatNamesNoDevicesIsRefused(String setting) {
    assertThatThrownBy(() -> DeviceChoice.of(setting, machine))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageStartingWith("vanillanet.device: expected auto, cpu, cuda, cuda:N")
        .hasMessageNotContaining("\n");
  }

  private void assertMissing(String... parts) {
    machine.usable = 0;
    for (String setting : List.of("cuda", "cuda:1", "cuda:all", "cuda:0,cuda:1")) {
      assertThatThrownBy(() -> DeviceChoice.of(setting, machine))
          .has(code(ErrorCode.BAD_CONFIGURATION))
          .hasMessageContainingAll(parts)
          .hasMessageStartingWith("vanillanet.device=" + setting)
          .hasMessageNotContaining("\n");
    }
    DeviceChoice automatic = DeviceChoice.of("auto", machine);
    assertThat(automatic.devices()).containsExactly(Device.CPU);
    assertThat(automatic.fallback().orElseThrow()).contains(parts).doesNotContain("\n");
    assertThat(DeviceChoice.of("cpu", machine).fallback()).as("nobody asked").isEmpty();
  }

  @Test
  void aMissingDriverIsTold() {
    machine.shown = OptionalInt.empty();

    assertMissing("libcuda.so.1 not found");
  }

  @Test
  void aDriverWithoutADeviceIsToldWithWhatHidesIt() {
    machine.shown = OptionalInt.of(0);
    machine.variables.put("CUDA_VISIBLE_DEVICES", "-1");

    assertMissing("the driver shows no device", "CUDA_VISIBLE_DEVICES='-1'");
  }

  @Test
  void theCpuBuildIsToldWithTheVariableThatIsNotSet() {
    machine.cudaBuild = false;
    machine.variables.clear();

    assertMissing("libtorch 2.7.1 is the build for the CPU", "PYTORCH_LIBRARY_PATH is not set");
  }

  @Test
  void aFolderWithoutCudaIsToldByItsName() {
    machine.cudaBuild = false;

    assertMissing("PYTORCH_LIBRARY_PATH=/lib/pt has no libtorch_cuda.so");
  }

  @Test
  void aMissingRuntimeLibraryIsTold() {
    machine.libraries.clear();

    assertMissing("libcudart.so not found");
  }

  @Test
  void allThatIsMissingIsToldAtOnce() {
    machine.shown = OptionalInt.empty();
    machine.cudaBuild = false;
    machine.libraries.clear();

    assertMissing("libcuda.so.1", "libtorch_cuda.so", "libcudart.so");
  }

  @Test
  void aDeviceThatLibtorchRefusesAlthoughAllIsThereIsTold() {
    assertMissing("the driver may be too old");
  }

  @Test
  void anIndexOutOfRangeIsToldWithTheRange() {
    machine.variables.put("CUDA_VISIBLE_DEVICES", "4,5");

    assertThatThrownBy(() -> DeviceChoice.of("cuda:1,cuda:2", machine))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessage(
            "vanillanet.device=cuda:1,cuda:2: expected devices below cuda:2, for libtorch sees 2,"
                + " found cuda:2; CUDA_VISIBLE_DEVICES='4,5'");
  }
}
