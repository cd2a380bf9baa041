package io.github.vanillanet.serve.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.vanillanet.model.engine.TorchRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads and the real statistics of the kernel. */
@Timeout(120)
class ProcessorWaitTest {

  private static final long ELAPSED = LaneMonitor.TICK.toNanos();

  private final AtomicBoolean busy = new AtomicBoolean(true);

  @BeforeEach
  void requireStatistics() {
    assumeTrue(Files.exists(Path.of("/proc/thread-self/schedstat")), "the kernel has none");
  }

  @Test
  void readyThreadsWaitWhileOthersHaveTheProcessors() {
    List<CompletableFuture<ProcessorWait>> threads = new ArrayList<>();
    int more = 3 * Runtime.getRuntime().availableProcessors();
    for (int i = 0; i < more; i++) {
      threads.add(start(this::spin));
    }
    List<ProcessorWait> waits = threads.stream().map(CompletableFuture::join).toList();
    waits.forEach(wait -> wait.nanos(ELAPSED));

    Eventually.becomes(() -> waits.stream().anyMatch(wait -> wait.nanos(0) > 0));

    busy.set(false);
  }

  @Test
  void blockedThreadDoesNotWait() {
    CountDownLatch blocked = new CountDownLatch(1);
    Thread[] thread = new Thread[1];
    ProcessorWait wait =
        start(
                () -> {
                  thread[0] = Thread.currentThread();
                  await(blocked);
                })
            .join();
    Eventually.becomes(() -> thread[0] != null && thread[0].getState() == Thread.State.WAITING);
    wait.nanos(ELAPSED);

    long waited = wait.nanos(ELAPSED);

    assertThat(waited).isZero();
    assertThat(wait.threads()).isEqualTo(1);
    blocked.countDown();
  }

  @Test
  void threadsOfOpenMpAreCounted() {
    TorchRuntime runtime = TorchRuntime.load();
    LongSupplier product =
        () -> {
          runtime.setThreads(2);
          try (NDManager manager = NDManager.newBaseManager()) {
            NDArray matrix = manager.ones(new Shape(512, 512));
            return (long) matrix.matMul(matrix).getFloat(0, 0);
          }
        };
    CountDownLatch blocked = new CountDownLatch(1);
    CompletableFuture<Long> computed = new CompletableFuture<>();
    ProcessorWait wait =
        start(
                () -> {
                  computed.complete(product.getAsLong());
                  await(blocked);
                })
            .join();
    Eventually.becomes(computed::isDone);
    assertThat(computed).isCompletedWithValue(512L);

    wait.nanos(ELAPSED);

    assertThat(wait.threads()).isEqualTo(2);
    blocked.countDown();
  }

  private static CompletableFuture<ProcessorWait> start(Runnable task) {
    CompletableFuture<ProcessorWait> wait = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              wait.complete(ProcessorWait.ofThisThread());
              task.run();
            });
    thread.setDaemon(true);
    thread.start();
    return wait;
  }

  private void spin() {
    long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (busy.get() && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
