package io.github.vanillanet.train.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The instruction sets of this machine's processor, as Linux names them.
 *
 * @param names empty on other systems
 */
record CpuFeatures(Set<String> names) {

  private static final Path CPUINFO = Path.of("/proc/cpuinfo");
  private static final List<String> BFLOAT16 = List.of("avx512_bf16", "amx_bf16");

  static CpuFeatures ofThisMachine() {
    try {
      return of(Files.readString(CPUINFO));
    } catch (IOException e) { // not on Linux
      return new CpuFeatures(Set.of());
    }
  }

  /**
   * @param cpuinfo text of /proc/cpuinfo
   */
  static CpuFeatures of(String cpuinfo) {
    Optional<String> flags = cpuinfo.lines().filter(line -> line.startsWith("flags")).findFirst();
    return new CpuFeatures(
        flags.map(line -> Set.copyOf(List.of(line.split("[\\s:]+")))).orElse(Set.of()));
  }

  /** Whether products of bfloat16 are faster than those of float32. */
  boolean multipliesBfloat16() {
    return BFLOAT16.stream().anyMatch(names::contains);
  }
}
