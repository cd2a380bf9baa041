package io.github.vanillanet.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DeviceMemoryTest {

  @Test
  void reportsTheMemoryOfThisProcessForTheCpu() {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "needs Linux");
    DeviceMemory memory = new DeviceMemory(Device.CPU);
    Runtime heap = Runtime.getRuntime();

    assertThat(memory.used()).isBetween((double) (heap.totalMemory() / 8), memory.total());
  }

  @Test
  void isNaNForADeviceThatDoesNotExist() {
    DeviceMemory memory = new DeviceMemory(new Device(Device.Kind.CUDA, 99));

    assertThat(memory.used()).isNaN();
    assertThat(memory.total()).isNaN();
  }
}
