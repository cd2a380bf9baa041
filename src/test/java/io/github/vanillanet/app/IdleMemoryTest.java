package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {

  private static final long MB = 1 << 20;

  private Duration cpuTime = Duration.ZERO;
  private long collections;
  private long bytes = 100 * MB;
  private int released;
  private int requested;

  private final IdleMemory memory =
      new IdleMemory(
          () -> new IdleMemory.Usage(cpuTime, collections, bytes),
          () -> released++,
          () -> {
            requested++;
            collections++;
            bytes = 120 * MB;
          });

  @Test
  void memoryThatGrewIsReleasedOnceTheProcessIsIdle() {
    memory.check();
    bytes = 500 * MB;
    collections += 3;
    cpuTime = cpuTime.plusSeconds(15);
    memory.check();
    assertThat(requested).isZero();
    assertThat(released).isOne();

    memory.check();
    assertThat(requested).isOne();
    assertThat(released).isEqualTo(2);

    requested = 0;
    memory.check();
    memory.check();
    assertThat(requested).isZero();
  }

  @Test
  void aBusyProcessIsNotInterrupted() {
    bytes = 500 * MB;
    for (int i = 0; i < 10; i++) {
      cpuTime = cpuTime.plus(IdleMemory.INTERVAL.dividedBy(5));
      memory.check();
    }
    for (int i = 0; i < 10; i++) {
      collections++;
      memory.check();
    }
    assertThat(requested).isZero();
  }

  @Test
  void littleGrowthIsNotWorthAPause() {
    bytes = 150 * MB;
    for (int i = 0; i < 10; i++) {
      memory.check();
    }
    assertThat(requested).isZero();
    assertThat(released).isZero();
  }

  @Test
  void aReleaseLeavesTheOptionsOfTheJvm() {
    var jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    String free = jvm.getVMOption("MaxHeapFreeRatio").getValue();

    IdleMemory.release();

    assertThat(jvm.getVMOption("MaxHeapFreeRatio").getValue()).isEqualTo(free);
  }
}
