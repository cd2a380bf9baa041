package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What a process uses, from Linux's {@code /proc}.
 *
 * @param files open file descriptors
 */
record Usage(long residentMiB, int files, int threads) {

  private static final long MORE_MIB = 96;
  private static final int MORE_FILES = 16;

  /** The event loops and worker pools grow to their full size late. */
  private static final int MORE_THREADS = 16;

  private static final Duration RECOVERY = Duration.ofMinutes(1);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

  static Usage of(long process) throws IOException {
    Path folder = Path.of("/proc", Long.toString(process));
    int files;
    try (Stream<Path> entries = Files.list(folder.resolve("fd"))) {
      files = (int) entries.count();
    }
    long resident = 0;
    long threads = 0;
    for (String line : Files.readAllLines(folder.resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        resident = number(line);
      } else if (line.startsWith("Threads:")) {
        threads = number(line);
      }
    }
    return new Usage(resident / 1024, files, (int) threads);
  }

  /** Requires that the process uses no more than now, within a minute. Returns the usage then. */
  Usage requireFlat(long process) throws IOException {
    long until = System.nanoTime() + RECOVERY.toNanos();
    Usage later = of(process);
    while (!isFlat(later) && System.nanoTime() < until) {
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
      later = of(process);
    }
    assertThat(later).as("usage after %s", this).matches(this::isFlat);
    return later;
  }

  private boolean isFlat(Usage later) {
    return later.residentMiB <= residentMiB + MORE_MIB
        && later.files <= files + MORE_FILES
        && later.threads <= threads + MORE_THREADS;
  }

  private static long number(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", ""));
  }

  @Override
  public String toString() {
    return "%d MiB, %d files, %d threads".formatted(residentMiB, files, threads);
  }
}
