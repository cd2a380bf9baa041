package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts the packaged service with a libtorch for CUDA, in the folders and with the variables of
 * {@code Dockerfile.gpu}, on a machine without a GPU. The libraries of CUDA are compiled from
 * {@code src/test/cuda}. Runs with {@code mvn -Pcuda-stub verify}.
 */
class CudaStubCheck {

  private static final String NVRTC = "libcaffe2_nvrtc.so";

  @TempDir static Path folder;

  private static Path libtorch;
  private static Path blas;

  private record Ended(int status, String output) {}

  @BeforeAll
  static void unpackAndCompile() throws Exception {
    libtorch = Files.createDirectory(folder.resolve("libtorch"));
    blas = Files.createDirectory(folder.resolve("blas"));
    unpack("pytorch-", "linux-x86_64-gpu", libtorch);
    unpack("openblas-", "linux-x86_64", blas);
    unpack("pytorch-jni-", "cu128", libtorch);
    Ended built =
        run(
            Map.of(),
            ProjectFile.ROOT.resolve("src/test/cuda/build.sh").toString(),
            libtorch.toString(),
            folder.toString());
    assertThat(built.status()).as(built.output()).isZero();
  }

  /** Unpacks the native libraries of a jar on the class path, except those of JavaCPP. */
  private static void unpack(String jarPrefix, String within, Path target) throws IOException {
    Path jar =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(path -> path.getFileName().toString().matches(jarPrefix + "\\d.*\\.jar"))
            .filter(path -> contains(path, within))
            .findFirst()
            .orElseThrow(() -> new AssertionError(jarPrefix + " is not on the class path"));
    try (JarFile file = new JarFile(jar.toFile())) {
      for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
        JarEntry entry = entries.nextElement();
        String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
        if (entry.getName().contains('/' + within + '/') && name.matches("lib(?!jni).*\\.so.*")) {
          Files.copy(
              file.getInputStream(entry),
              target.resolve(name),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static boolean contains(Path jar, String within) {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().anyMatch(entry -> entry.getName().contains('/' + within + '/'));
    } catch (IOException e) {
      return false; // a folder
    }
  }

  /** Runs {@code bench} with the variables of the image. */
  private static Ended bench(Path engine, List<Path> mounted, String device) throws Exception {
    Map<String, String> image =
        ContainerFile.read(ProjectFile.ROOT.resolve("Dockerfile.gpu")).last().assignments("ENV");
    String libraries =
        Stream.concat(
                Stream.of(engine, folder.resolve("cuda")),
                Stream.concat(mounted.stream(), Stream.of(blas)))
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
    return run(
        Map.of(
            "PYTORCH_LIBRARY_PATH", engine.toString(),
            "PYTORCH_VERSION", image.get("PYTORCH_VERSION"),
            "PYTORCH_FLAVOR", image.get("PYTORCH_FLAVOR"),
            "LD_LIBRARY_PATH", libraries,
            "DJL_OFFLINE", "true",
            "ENGINE_CACHE_DIR", folder.resolve("cache").toString()),
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-jar",
        ProjectFile.ROOT.resolve("target/quarkus-app/quarkus-run.jar").toString(),
        "bench",
        "--variant",
        "vanillanet_5",
        "--runs",
        "1",
        "--device",
        device);
  }

  private static Ended run(Map<String, String> variables, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(variables);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  /** The folder of the engine with the library that needs the driver, as in the official image. */
  private static Path withNvrtc() throws IOException {
    Path engine = folder.resolve("with-nvrtc");
    if (!Files.exists(engine)) {
      Files.createDirectory(engine);
      try (Stream<Path> libraries = Files.list(libtorch)) {
        for (Path library : libraries.toList()) {
          Files.createSymbolicLink(engine.resolve(library.getFileName()), library);
        }
      }
      Files.copy(folder.resolve("nvrtc").resolve(NVRTC), engine.resolve(NVRTC));
    }
    return engine;
  }

  @Test
  void withoutADriverTheServiceComputesOnTheCpu() throws Exception {
    Ended bench = bench(libtorch, List.of(folder.resolve("nvrtc")), "auto");

    assertThat(bench.status()).as(bench.output()).isZero();
    assertThat(bench.output()).contains("on cpu", "vanillanet_5");
  }

  @Test
  void withoutADriverARequiredDeviceIsRefusedWithTheReason() throws Exception {
    Ended bench = bench(libtorch, List.of(folder.resolve("nvrtc")), "cuda:0");

    assertThat(bench.status()).as(bench.output()).isNotZero();
    assertThat(bench.output())
        .contains("vanillanet.device=cuda:0", "there is no NVIDIA driver", "libcuda.so.1");
  }

  @Test
  void aDriverThatTheRuntimeRefusesIsNamedAsTheReason() throws Exception {
    Ended bench =
        bench(libtorch, List.of(folder.resolve("nvrtc"), folder.resolve("driver")), "cuda:0");

    assertThat(bench.status()).as(bench.output()).isNotZero();
    assertThat(bench.output()).contains("vanillanet.device=cuda:0", "the driver may be too old");
  }

  /** The reason why the image moves this library out of the engine's folder. */
  @Test
  void aLibraryThatNeedsTheDriverEndsTheProcessInTheEnginesFolder() throws Exception {
    Ended without = bench(withNvrtc(), List.of(), "auto");
    Ended with = bench(withNvrtc(), List.of(folder.resolve("driver")), "auto");

    assertThat(without.status()).as(without.output()).isNotZero();
    assertThat(without.output()).contains(NVRTC, "libcuda.so.1");
    assertThat(with.status()).as(with.output()).isZero();
    assertThat(with.output()).contains("on cpu");
  }

  @Test
  void theEngineLoadsOnlyLibrariesThatWorkWithoutADriver() throws Exception {
    Set<String> needDriver = Set.of("libcuda.so.1", "libnvidia-ml.so.1");

    try (Stream<Path> libraries = Files.list(libtorch)) {
      for (Path library : libraries.toList()) {
        Ended dynamic = run(Map.of(), "readelf", "-d", library.toString());
        assertThat(dynamic.output()).as(library.toString()).doesNotContain(needDriver);
      }
    }
  }
}
