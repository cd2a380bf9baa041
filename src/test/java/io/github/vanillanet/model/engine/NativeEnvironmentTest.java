package io.github.vanillanet.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Checks the environment and the memory of fresh processes that load libtorch. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class NativeEnvironmentTest {

  private static final int TIMEOUT_SECONDS = 120;

  @TempDir Path folder;

  private Path artifact;
  private Path out;
  private Path err;

  @BeforeEach
  void writeNet() throws IOException {
    artifact = folder.resolve("net.pt");
    out = folder.resolve("out");
    err = folder.resolve("err");
    ForwardingProcess.writeNet(artifact);
  }

  @Test
  void aForwardOnOneThreadStartsNoThreadsAndKeepsItsMemory() throws Exception {
    Map<String, String> found = run(1, Map.of("OMP_DISPLAY_ENV", "verbose"));

    assertThat(found)
        .containsEntry("OMP_WAIT_POLICY", "PASSIVE")
        .containsEntry("GOMP_SPINCOUNT", "3000")
        .containsEntry("THP_MEM_ALLOC_ENABLE", "1");
    assertThat(err) // OpenMP reports them: it was loaded after they were set
        .content()
        .contains("OMP_WAIT_POLICY = 'PASSIVE'", "GOMP_SPINCOUNT = '3000'");
    assertThat(number(found, "helpers")).isZero();
    // memory returned to the system would cost a page fault for each page of each output
    assertThat(settledFaults(found)).isLessThan(number(found, "layer-pages"));
    assertThat(number(found, "faults.0")).isGreaterThan(number(found, "layer-pages"));
  }

  @Test
  void aForwardUsesItsThreadsAndKeepsTheSettingsOfTheUser() throws Exception {
    Map<String, String> set =
        Map.of("OMP_WAIT_POLICY", "passive", "GOMP_SPINCOUNT", "11", "THP_MEM_ALLOC_ENABLE", "0");

    Map<String, String> found = run(3, set);

    assertThat(found).containsAllEntriesOf(set);
    assertThat(number(found, "helpers")).isEqualTo(2);
  }

  /** Median of the second half of the forwards, without one-time effects. */
  private static long settledFaults(Map<String, String> found) {
    int settled = ForwardingProcess.FORWARDS / 2;
    return IntStream.range(settled, ForwardingProcess.FORWARDS)
        .mapToLong(forward -> number(found, "faults." + forward))
        .sorted()
        .skip(settled / 2)
        .findFirst()
        .orElseThrow();
  }

  private static long number(Map<String, String> found, String name) {
    return Long.parseLong(found.get(name));
  }

  private Map<String, String> run(int threads, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                ForwardingProcess.class.getName(),
                artifact.toString(),
                String.valueOf(threads))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    Map<String, String> variables = builder.environment();
    variables.keySet().removeIf(name -> name.matches("(OMP|GOMP|THP|MALLOC|GLIBC|MKL)_.*"));
    variables.putAll(environment);
    // not on the command line, because some native libraries crash if it is long
    variables.put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(() -> read(err)).isZero();
    return Files.readAllLines(out).stream()
        .map(line -> line.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
