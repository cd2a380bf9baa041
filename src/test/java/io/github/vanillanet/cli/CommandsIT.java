package io.github.vanillanet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of the packaged jar. A start takes about a second, so each test checks several
 * things.
 */
class CommandsIT {

  private static final ObjectMapper JSON = new ObjectMapper();

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
    requireFailure("--variant?", 2, "import", "--varient", "vanillanet_5");

    assertThat(jar.run("import", "--varient", "vanillanet_5").err())
        .contains("--varient")
        .doesNotContain("--checkpoint");
  }

  @Test
  void aBadValueOfASettingIsReportedInOneLine() {
    Jar.Result models = jar.start(List.of(), Map.of("VANILLANET_LANES", "abc"), "models").result();

    assertThat(models.exitCode()).isEqualTo(1);
    assertThat(models.errLines()).singleElement().asString().contains("vanillanet.lanes", "'abc'");
  }

  @Test
  void importedVersionsAreListedAndVerifiedUntilTheirFilesChange() throws IOException {
    Jar.Result first = jar.importSmall(repository);
    Jar.Result second =
        jar.run(
            "import",
            "--checkpoint",
            Jar.fixture("vanillanet_5/deploy.pth"),
            "--variant",
            "vanillanet_5",
            "--input-size",
            "64x64",
            "--repository",
            repository.toString());

    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.out().lines()).hasSize(1);
    JsonNode manifest = JSON.readTree(first.out());
    assertThat(manifest.get("name").asText()).isEqualTo("vanillanet-5");
    assertThat(manifest.get("certificate").get("source").asText()).isEqualTo("fused");
    assertThat(first.errLines()).hasSize(2);
    assertThat(first.errLines().get(0)).startsWith("note: ").contains("model_ema");
    assertThat(first.errLines().get(1)).startsWith("warning: ").contains("epoch 3");
    assertThat(second.exitCode()).as(second.err()).isZero();
    assertThat(second.err()).isEmpty();
    assertThat(names(repository)).containsExactly("vanillanet-5");
    assertThat(names(repository.resolve("vanillanet-5"))).containsExactly("1", "2");
    assertThat(names(version(1)))
        .containsExactly("checkpoint.pth", "labels.txt", "manifest.json", "model.pt");
    assertThat(Files.readAllLines(version(1).resolve("labels.txt"))).hasSize(10);
    assertThat(JSON.readTree(version(1).resolve("manifest.json").toFile())).isEqualTo(manifest);

    Jar.Result models = jar.run("models", "--repository", repository.toString());
    Jar.Result verified = jar.run("verify", "--repository", repository.toString());

    assertThat(models.exitCode()).as(models.err()).isZero();
    assertThat(models.out()).contains("vanillanet-5/1", "vanillanet-5/2", "checkpoint-3.pth");
    assertThat(verified.exitCode()).as(verified.err()).isZero();
    assertThat(verified.out().lines()).hasSize(2).allMatch(line -> line.contains("cpu"));
    assertThat(models.err() + verified.err()).isEmpty();

    flipByte(version(1).resolve("model.pt"));
    edit(version(2).resolve("manifest.json"), manifestTree -> manifestTree.remove("certificate"));
    Jar.Result broken = jar.run("verify", "--repository", repository.toString());
    Jar.Result listed = jar.run("models", "--repository", repository.toString());

    assertThat(broken.exitCode()).isEqualTo(1);
    assertThat(broken.out()).isEmpty();
    assertThat(broken.errLines()).hasSize(2);
    assertThat(broken.errLines().get(0)).contains("vanillanet-5/1", "SHA-256");
    assertThat(broken.errLines().get(1)).contains("vanillanet-5/2", "certificate");
    assertThat(listed.exitCode()).isEqualTo(1);
    assertThat(listed.errLines()).hasSize(2);
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
    requireFailure("'nothing'", 1, "export", "nothing", "--format", "pth");
    requireFailure("--check", 1, "export", embedded, "--format", "pth", "--check", "x.jar");
    requireFailure("'h5'", 2, "export", embedded, "--format", "h5");
    requireFailure("--format", 2, "export", embedded);
  }

  @Test
  void verifyRejectsAnEditedCertificate() throws IOException {
    jar.importSmall(repository);
    edit(
        version(1).resolve("manifest.json"),
        manifest -> {
          ObjectNode served = (ObjectNode) manifest.get("certificate").get("served");
          served.put("max_delta", 1.0);
        });

    Jar.Result result = jar.run("verify", "vanillanet-5", "--repository", repository.toString());

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errLines()).hasSize(1);
    assertThat(result.err()).contains("vanillanet-5/1");
  }

  @Test
  void failuresPrintOneLineAndLeaveNoFiles() throws IOException {
    Path garbage = Files.writeString(folder.resolve("garbage.pth"), "garbage");
    Path hostile = hostile(folder.resolve("hostile.pth"));
    Path labels = Files.writeString(folder.resolve("two.txt"), "cat\ndog\n");
    String good = Jar.fixture("vanillanet_5/checkpoint-3.pth");

    requireFailure("stages.3.conv1.0.weight", 1, importing(good, "--variant", "vanillanet_9"));
    requireFailure("garbage.pth", 1, importing(garbage.toString()));
    requireFailure("posix.system", 1, importing(hostile.toString()));
    requireFailure("none.pth", 1, importing(folder.resolve("none.pth").toString()));
    requireFailure("0.5", 1, importing(good, "--slope", "0.5"));
    requireFailure("--input-size", 2, importing(good, "--input-size", "64x"));
    requireFailure("input size", 1, importing(good, "--input-size", "8"));
    requireFailure("'../x'", 1, importing(good, "--name", "../x"));
    requireFailure("10 labels", 1, importing(good, "--labels", labels.toString()));
    requireFailure("nothing", 1, importing(good, "--key", "nothing"));
    requireFailure("--checkpoint", 2, "import");
    requireFailure("frobnicate", 2, "frobnicate");
    requireFailure(repository.toString(), 1, "verify", "--repository", repository.toString());

    assertThat(repository).doesNotExist();
    assertThat(folder.resolve("executed")).doesNotExist();
  }

  private String[] importing(String checkpoint, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of("import", "--checkpoint", checkpoint, "--repository", repository.toString()));
    arguments.addAll(List.of(options));
    if (!arguments.contains("--variant")) {
      arguments.addAll(List.of("--variant", "vanillanet_5"));
    }
    if (!arguments.contains("--input-size")) {
      arguments.addAll(List.of("--input-size", "64"));
    }
    return arguments.toArray(String[]::new);
  }

  private void requireFailure(String reason, int exitCode, String... arguments) {
    Jar.Result result = jar.run(arguments);

    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.errLines()).hasSize(1);
    assertThat(result.err()).contains(reason).doesNotContain("Exception");
  }

  private Path version(int number) {
    return repository.resolve("vanillanet-5").resolve(Integer.toString(number));
  }

  private static List<String> names(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private static void flipByte(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private static void edit(Path manifest, Consumer<ObjectNode> change) throws IOException {
    ObjectNode tree = (ObjectNode) JSON.readTree(manifest.toFile());
    change.accept(tree);
    JSON.writeValue(manifest.toFile(), tree);
  }

  /** A checkpoint whose pickle would create a file if it were executed. */
  private static Path hostile(Path file) throws IOException {
    String pickle = "\u0080\u0002cposix\nsystem\nX\u000e\0\0\0touch executed\u0085R.";
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(pickle.getBytes(StandardCharsets.ISO_8859_1));
      zip.closeEntry();
      zip.putNextEntry(new ZipEntry("archive/version"));
      zip.write("3\n".getBytes(StandardCharsets.US_ASCII));
      zip.closeEntry();
    }
    return file;
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
