package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds the GPU check and runs it on the CPU if Python has torch. */
class GpuCheckKitTest {

  private static final long LARGEST = 60_000_000;

  @TempDir static Path folder;

  private record Ended(int status, String output) {}

  @BeforeAll
  static void build() throws Exception {
    Path javaHome = Path.of(System.getProperty("java.home"));
    assumeTrue(Files.exists(javaHome.resolve("bin/jlink")), "this Java has no jlink");
    Path script = ProjectFile.ROOT.resolve("deploy/gpu-check/build.sh");

    Ended built =
        run(Map.of("JAVA_HOME", javaHome.toString()), script.toString(), kit().toString());

    assertThat(built.status()).as(built.output()).isZero();
  }

  private static Path kit() {
    return folder.resolve("kit.sh");
  }

  private static Ended run(Map<String, String> variables, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(variables);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  private static Optional<String> pythonWithTorch() throws IOException, InterruptedException {
    for (String python : List.of("python3", "/usr/bin/python3")) {
      try {
        if (run(Map.of(), python, "-c", "import torch").status() == 0) {
          return Optional.of(python);
        }
      } catch (IOException e) {
        // not installed under this name; try the next one
      }
    }
    return Optional.empty();
  }

  @Test
  void theFileIsSmall() throws IOException {
    assertThat(Files.size(kit())).isLessThan(LARGEST);
  }

  @Test
  void torchRunsTheArtifactsAndReportsTheResults() throws Exception {
    Optional<String> python = pythonWithTorch();
    assumeTrue(python.isPresent(), "no Python with torch is installed");

    Ended check =
        run(
            Map.of("PYTHON", python.get(), "TMPDIR", folder.toString()),
            kit().toString(),
            "--device=cpu",
            "--variants=vanillanet_5",
            "--probes=1",
            "--runs=1",
            "--warmup=1",
            "--batches=1",
            "--json=report.json");

    assertThat(check.status()).as(check.output()).isZero();
    JsonNode report = Manifests.YAML.readTree(folder.resolve("report.json").toFile());
    assertThat(report.path("results").findValuesAsText("mode"))
        .containsExactly("float32", "float16", "bfloat16");
    assertThat(report.at("/service/unsupported").asText()).contains("quarkus-run.jar");
    JsonNode result = report.path("results").path(0);
    assertThat(result.path("variant").asText()).isEqualTo("vanillanet_5");
    assertThat(result.path("ok").asBoolean()).isTrue();
    assertThat(result.path("batch1_ms").asDouble()).isPositive();
    assertThat(result.path("batch1_graph_ms").isNull()).as("absent without a measurement").isTrue();
    assertThat(check.output()).contains("vanillanet_5", "CPU", "ok");
    for (JsonNode reduced : List.of(report.at("/results/1"), report.at("/results/2"))) {
      assertThat(reduced.path("weights_ok").asBoolean()).isTrue();
      if (reduced.has("unsupported")) { // torch 1.13 has no float16 convolution for CPUs
        assertThat(reduced.path("ok").isNull()).isTrue();
        assertThat(reduced.has("batch1_ms")).as("absent without a measurement").isFalse();
        assertThat(check.output()).contains("not run: " + reduced.path("unsupported").asText());
      } else {
        assertThat(reduced.path("ok").asBoolean()).isTrue();
        assertThat(reduced.path("max_relative_error").asDouble()).isBetween(1e-6, 1e-2);
      }
    }
    try (var left = Files.list(folder)) {
      assertThat(left.map(Path::getFileName).map(Path::toString))
          .as("temporary files are deleted")
          .containsExactlyInAnyOrder("kit.sh", "report.json");
    }
  }
}
