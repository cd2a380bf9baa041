package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleHeapTest {

  private static final long MB = 1 << 20;

  private Duration cpuTime = Duration.ZERO;
  private long collections;
  private long heapBytes = 100 * MB;
  private int requested;

  private final IdleHeap heap =
      new IdleHeap(
          () -> new IdleHeap.Usage(cpuTime, collections, heapBytes),
          () -> {
            requested++;
            collections++;
            heapBytes = 120 * MB;
          });

  @Test
  void aHeapThatGrewIsCollectedOnceTheProcessIsIdle() {
    heap.check();
    heapBytes = 500 * MB;
    collections += 3;
    cpuTime = cpuTime.plusSeconds(15);
    heap.check();
    assertThat(requested).isZero();

    heap.check();
    assertThat(requested).isPositive();

    requested = 0;
    heap.check();
    heap.check();
    assertThat(requested).isZero();
  }

  @Test
  void aBusyProcessIsNotInterrupted() {
    heapBytes = 500 * MB;
    for (int i = 0; i < 10; i++) {
      cpuTime = cpuTime.plus(IdleHeap.INTERVAL.dividedBy(5));
      heap.check();
    }
    for (int i = 0; i < 10; i++) {
      collections++;
      heap.check();
    }
    assertThat(requested).isZero();
  }

  @Test
  void littleGrowthIsNotWorthAPause() {
    heapBytes = 150 * MB;
    for (int i = 0; i < 10; i++) {
      heap.check();
    }
    assertThat(requested).isZero();
  }
}
