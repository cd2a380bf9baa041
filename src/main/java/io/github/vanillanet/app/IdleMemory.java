package io.github.vanillanet.app;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import io.github.vanillanet.model.engine.DeviceMemory;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Returns memory to the operating system after a burst. The C library keeps what native code has
 * freed, for each thread: this is released after each interval in which the process has grown. An
 * idle process collects no garbage, so its heap does not shrink: it is collected once. A thread of
 * its own checks this; it ends with {@link #close}.
 */
final class IdleMemory implements AutoCloseable {

  /** A burst is over at most two intervals before its memory is returned. */
  static final Duration INTERVAL = Duration.ofSeconds(20);

  private static final Logger LOG = Logger.getLogger(IdleMemory.class);

  /** The pause for a collection is not worth less. */
  private static final long WORTHWHILE_BYTES = 64 << 20;

  /** The serial collector shrinks a heap in four steps. */
  private static final int COLLECTIONS = 4;

  private static final String MOST_FREE = "MaxHeapFreeRatio";
  private static final String LEAST_FREE = "MinHeapFreeRatio";

  /** A process that uses more of one processor than this is not idle. */
  private static final double IDLE_SHARE = 0.1;

  private final Supplier<Usage> usage;
  private final Runnable release;
  private final Runnable collect;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "idle-memory");
  private Optional<Usage> last = Optional.empty();
  private long settled;

  /**
   * @param usage what the process has used until now
   * @param release releases free native memory, without a pause
   * @param collect collects garbage, with a pause
   */
  IdleMemory(Supplier<Usage> usage, Runnable release, Runnable collect) {
    this.usage = usage;
    this.release = release;
    this.collect = collect;
    this.settled = usage.get().bytes();
  }

  /**
   * @param cpuTime of the process since its start
   * @param collections of garbage since its start
   * @param bytes of memory
   */
  record Usage(Duration cpuTime, long collections, long bytes) {}

  /** The memory of this process. */
  static IdleMemory ofProcess() {
    return new IdleMemory(IdleMemory::processUsage, DeviceMemory::releaseFree, IdleMemory::collect);
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
    double resident = DeviceMemory.resident();
    long bytes =
        Double.isNaN(resident)
            ? ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted()
            : (long) resident;
    return new Usage(cpuTime, collections, bytes);
  }

  /** Returns the memory that loading models has freed, with a pause. */
  static void release() {
    collect();
    DeviceMemory.releaseFree();
  }

  /** Shrinks the heap to MinHeapFreeRatio. The JVM alone shrinks it to MaxHeapFreeRatio only. */
  private static void collect() {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    String most = jvm.getVMOption(MOST_FREE).getValue();
    jvm.setVMOption(MOST_FREE, jvm.getVMOption(LEAST_FREE).getValue());
    try {
      for (int i = 0; i < COLLECTIONS; i++) {
        System.gc();
      }
    } finally {
      jvm.setVMOption(MOST_FREE, most);
    }
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
    if (now.bytes() - settled >= WORTHWHILE_BYTES) {
      if (last.filter(before -> isIdle(before, now)).isPresent()) {
        collect.run();
        release.run();
        settled = usage.get().bytes();
      } else {
        release.run();
      }
      LOG.debugf("%d bytes of memory, %d before a release", usage.get().bytes(), now.bytes());
    }
    last = Optional.of(usage.get());
  }

  private static boolean isIdle(Usage before, Usage now) {
    double used = now.cpuTime().minus(before.cpuTime()).toNanos();
    return now.collections() == before.collections() && used < IDLE_SHARE * INTERVAL.toNanos();
  }
}
