package io.github.vanillanet.model.engine;

import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Memory of a device, in bytes; NaN if unknown. For a CUDA device: used by all processes, and
 * total. For the CPU: resident in this process, and available to the container or the machine.
 * Thread-safe; a call takes microseconds.
 */
public record DeviceMemory(Device device) {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";
  private static final int KIB = 1024;

  public double used() {
    return switch (device.kind()) {
      case CPU -> resident();
      case CUDA -> cuda().map(it -> (double) it.getCommitted()).orElse(Double.NaN);
    };
  }

  public double total() {
    return switch (device.kind()) {
      case CPU ->
          ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
              ? machine.getTotalMemorySize() // includes the container's limit
              : Double.NaN;
      case CUDA -> cuda().map(it -> (double) it.getMax()).orElse(Double.NaN);
    };
  }

  /** Returns the free pages of the native heap to the system. Takes milliseconds. */
  public static void releaseFree() {
    NativeEnvironment.releaseFreeMemory();
  }

  /** Returns nothing for a failed device, so that the other metrics are still scraped. */
  private Optional<MemoryUsage> cuda() {
    try {
      return Optional.of(CudaUtils.getGpuMemory(ai.djl.Device.gpu(device.index())));
    } catch (RuntimeException | LinkageError e) {
      return Optional.empty();
    }
  }

  /** Memory of this process in bytes; NaN if the system is not Linux. */
  public static double resident() {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(RESIDENT))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToDouble(kib -> Double.parseDouble(kib) * KIB)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      return Double.NaN; // not Linux
    }
  }
}
