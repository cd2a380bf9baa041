package io.github.vanillanet.train.look;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The memory of this process and its limit. */
final class ProcessMemory {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final String PEAK = "VmHWM:";

  /** Resets the peak, see proc(5). */
  private static final String RESET_PEAK = "5";

  private ProcessMemory() {}

  /** The limit of the container in bytes, or the machine's memory if there is none. */
  static long limit() {
    // the JDK reads the limits of the control groups
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }

  /** Starts a new measurement of the peak. */
  static void resetPeak() {
    try {
      Files.writeString(CLEAR, RESET_PEAK);
    } catch (IOException e) {
      // the peak is then that of the whole process; it still grows with the batch
    }
  }

  /** Largest resident size in bytes since the last reset; empty if the system is not Linux. */
  static OptionalLong peak() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(PEAK))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
