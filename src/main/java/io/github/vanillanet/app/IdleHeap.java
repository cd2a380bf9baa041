package io.github.vanillanet.app;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Returns memory to the operating system after a burst. A JVM shrinks its heap only when it
 * collects garbage, which an idle process does not do. Collects once the process has been idle for
 * an interval and the heap is larger than after the last time. A thread of its own checks this; it
 * ends with {@link #close}.
 */
final class IdleHeap implements AutoCloseable {

  /** A burst is over at most two intervals before its memory is returned. */
  static final Duration INTERVAL = Duration.ofSeconds(20);

  private static final Logger LOG = Logger.getLogger(IdleHeap.class);

  /** The pause for a collection is not worth less. */
  private static final long WORTHWHILE_BYTES = 64 << 20;

  /** The serial collector shrinks a heap in four steps. */
  private static final int COLLECTIONS = 4;

  /** A process that uses more of one processor than this is not idle. */
  private static final double IDLE_SHARE = 0.1;

  private final Supplier<Usage> usage;
  private final Runnable collect;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "idle-heap");
  private Optional<Usage> last = Optional.empty();
  private long settled;

  /**
   * @param usage what the process has used until now
   * @param collect collects garbage, with a pause
   */
  IdleHeap(Supplier<Usage> usage, Runnable collect) {
    this.usage = usage;
    this.collect = collect;
    this.settled = usage.get().heapBytes();
  }

  /**
   * @param cpuTime of the process since its start
   * @param collections of garbage since its start
   * @param heapBytes that the heap has taken from the operating system
   */
  record Usage(Duration cpuTime, long collections, long heapBytes) {}

  /** The heap of this process. */
  static IdleHeap ofProcess() {
    return new IdleHeap(IdleHeap::processUsage, System::gc);
  }

  private static Usage processUsage() {
    Duration cpuTime =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? Duration.ofNanos(system.getProcessCpuTime())
            : Duration.ZERO;
    long collections =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionCount)
            .sum();
    long heapBytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    return new Usage(cpuTime, collections, heapBytes);
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed.countDown();
    thread.join();
  }

  /** Runs after each interval. */
  void check() {
    Usage now = usage.get();
    boolean idle = last.filter(before -> isIdle(before, now)).isPresent();
    if (idle && now.heapBytes() - settled >= WORTHWHILE_BYTES) {
      for (int i = 0; i < COLLECTIONS; i++) {
        collect.run();
      }
      settled = usage.get().heapBytes();
      LOG.debugf("the heap shrank from %d to %d bytes", now.heapBytes(), settled);
    }
    last = Optional.of(usage.get());
  }

  private static boolean isIdle(Usage before, Usage now) {
    double used = now.cpuTime().minus(before.cpuTime()).toNanos();
    return now.collections() == before.collections() && used < IDLE_SHARE * INTERVAL.toNanos();
  }
}
