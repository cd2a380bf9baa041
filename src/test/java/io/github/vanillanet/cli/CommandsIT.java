package io.github.vanillanet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import io.github.vanillanet.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of the packaged jar. A start takes about a second, so each test checks several
 * things.
 */
class CommandsIT {

  private final Path repository;
  private final Path folder;
  private final Jar jar;

  CommandsIT(@TempDir Path folder) {
    this.folder = folder;
    this.repository = folder.resolve("models");
    this.jar = new Jar(folder);
  }

  @Test
  void benchTimesANetworkAndComparesItWithMultiplyAdds() {
    Jar.Result bench =
        jar.run(
            "bench", "--variant=vanillanet_5", "--precision=float32", "--device=cpu", "--runs=1");

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    assertThat(bench.out().lines()).hasSize(4);
    assertThat(bench.out()).contains("GFLOP/s", "15.5M", "5.16G").doesNotContain("NaN", "Infinity");
  }

  @Test
  void configListsSettingsTheirValuesAndTheirSourcesWithoutSecrets() throws IOException {
    Path file = Files.createDirectories(folder.resolve("config")).resolve("application.properties");
    Files.writeString(file, "vanillanet.queue-capacity=32\nvanillanet.ques=1\n");
    Map<String, String> environment =
        Map.of(
            "VANILLANET_LANES", "3",
            "VANILLANET_LANE", "4",
            "VANILLANET_SERVICE_PORT", "80",
            "VANILLANET_GROUPS_CATS", "a,b",
            "QUARKUS_HTTP_PORT", "8123",
            "QUARKUS_SECURITY_USERS_EMBEDDED_USERS_ANN", "open-sesame");

    Jar.Result config = jar.start(List.of(), environment, "config").result();

    assertThat(config.exitCode()).as(config.err()).isZero();
    assertThat(config.out())
        .containsPattern("vanillanet\\.lanes +3 +environment variable\n")
        .containsPattern("vanillanet\\.queue-capacity +32 +" + file + "\n")
        .containsPattern("vanillanet\\.groups\\.cats +a,b +environment variable\n")
        .containsPattern("vanillanet\\.repository +models +default\n")
        .containsPattern("vanillanet\\.default-model +- +default\n")
        .containsPattern("quarkus\\.http\\.port +8123 +environment variable\n")
        .containsPattern("quarkus\\.security\\.users\\.embedded\\.users\\.ann +\\*+ ")
        .doesNotContain("sesame");
    assertThat(config.errLines()).hasSize(2);
    assertThat(config.err()).contains("VANILLANET_LANE ", "VANILLANET_LANES?", "vanillanet.ques ");
  }

  @Test
  void helpAndVersionArePrinted() {
    Jar.Result version = jar.run("--version");
    Jar.Result help = jar.run("help");
    Jar.Result helpOfTrain = jar.run("help", "train");

    assertThat(version.exitCode()).as(version.err()).isZero();
    assertThat(version.out()).matches("vanillanet-serving \\d+\\.\\d+\\.\\d+.*\n");
    assertThat(help.exitCode()).as(help.err()).isZero();
    assertThat(help.out())
        .contains("import", "export", "train", "verify", "models", "bench", "config");
    assertThat(helpOfTrain.exitCode()).as(helpOfTrain.err()).isZero();
    assertThat(helpOfTrain.out()).contains("--data", "--variant");
  }

  @Test
  void anUnknownOptionIsReportedBeforeMissingOnesAndWithASuggestion() {
    jar.requireFailure("--variant?", 2, "import", "--varient", "vanillanet_5");

    assertThat(jar.run("import", "--varient", "vanillanet_5").err())
        .contains("--varient")
        .doesNotContain("--checkpoint");
  }

  @Test
  void badValuesOfSettingsAndOptionsAreReportedInOneLine() {
    jar.requireFailure("a folder", 2, "models", "--repository", "s3://bucket/models");
    jar.requireFailure("--threads", 2, "train", "--threads", "0");
    jar.requireFailure("--repository", 2, "serve", "--repository", "models");

    Jar.Result models = jar.start(List.of(), Map.of("VANILLANET_LANES", "abc"), "models").result();

    assertThat(models.exitCode()).isEqualTo(1);
    assertThat(models.errLines()).singleElement().asString().contains("vanillanet.lanes", "'abc'");
  }

  @Test
  void exportsAreReportedAndCheckedInOnnxRuntime() throws Exception {
    Path runtime =
        Path.of(OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String embedded = "vanillanet-6-cifar10"; // in the jar, not in the repository
    Path onnx = folder.resolve("model.onnx");

    Jar.Result checked =
        jar.run(
            "export",
            embedded,
            "--format",
            "onnx",
            "--out",
            onnx.toString(),
            "--with-preprocessing",
            "--check",
            runtime.toString(),
            "--repository",
            repository.toString());
    Jar.Result triton =
        jar.run("export", embedded, "--triton", folder.resolve("triton").toString());

    assertThat(checked.exitCode()).as(checked.err()).isZero();
    assertThat(checked.out()).contains("IR version 8", "opset 13", "uint8", "ONNX Runtime");
    assertThat(onnx).isNotEmptyFile();
    assertThat(triton.exitCode()).as(triton.err()).isZero();
    assertThat(folder.resolve("triton/vanillanet-6-cifar10-pytorch/1/model.pt")).exists();
    jar.requireFailure("'nothing'", 1, "export", "nothing", "--format", "pth");
    jar.requireFailure("--check", 1, "export", embedded, "--format", "pth", "--check", "x.jar");
    jar.requireFailure("'h5'", 2, "export", embedded, "--format", "h5");
    jar.requireFailure("--format", 2, "export", embedded);
  }

  @Test
  void embedAndExplainComputeWithTheEmbeddedModel() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    for (String name : List.of("b.png", "a.png")) {
      Files.copy(Oracle.file("preprocess/png_rgb.png"), images.resolve(name));
    }
    Files.writeString(images.resolve("note.txt"), "no image");
    Path out = folder.resolve("f.npy");

    Jar.Result embed = jar.run("embed", images.toString(), "--out", out.toString());
    Jar.Result explain =
        jar.run(
            "explain", "--stages", images.resolve("a.png").toString(), "--out", folder + "/sheets");

    assertThat(embed.exitCode()).isEqualTo(1);
    assertThat(embed.err()).contains("note.txt");
    assertThat(Files.readAllLines(Path.of(out + ".txt"))).containsExactly("a.png", "b.png");
    byte[] matrix = Files.readAllBytes(out);
    assertThat(new String(matrix, 0, 128, StandardCharsets.ISO_8859_1))
        .contains("'shape': (2, 1024)");
    int row = 1024 * Float.BYTES;
    assertThat(Arrays.copyOfRange(matrix, matrix.length - row, matrix.length))
        .isEqualTo(Arrays.copyOfRange(matrix, matrix.length - 2 * row, matrix.length - row));
    assertThat(explain.exitCode()).as(explain.err()).isZero();
    assertThat(folder.resolve("sheets"))
        .isDirectoryContaining(file -> file.endsWith("stem.png"))
        .isDirectoryContaining(file -> file.endsWith("stage-4.png"));
  }
}
