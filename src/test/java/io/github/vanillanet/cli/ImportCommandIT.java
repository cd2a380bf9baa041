package io.github.vanillanet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports, lists and verifies versions with the packaged jar. */
class ImportCommandIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path repository;
  private final Path folder;
  private final Jar jar;

  ImportCommandIT(@TempDir Path folder) {
    this.folder = folder;
    this.repository = folder.resolve("models");
    this.jar = new Jar(folder);
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
    Jar.Result has =
        jar.run("models", "--has", "vanillanet-5", "--repository", repository.toString());
    assertThat(has.exitCode()).isEqualTo(1);
    assertThat(has.errLines()).hasSize(2);
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

    jar.requireFailure("stages.3.conv1.0.weight", 1, importing(good, "--variant", "vanillanet_9"));
    jar.requireFailure("garbage.pth", 1, importing(garbage.toString()));
    jar.requireFailure("posix.system", 1, importing(hostile.toString()));
    jar.requireFailure("none.pth", 1, importing(folder.resolve("none.pth").toString()));
    jar.requireFailure("0.5", 1, importing(good, "--slope", "0.5"));
    jar.requireFailure("--input-size", 2, importing(good, "--input-size", "64x"));
    jar.requireFailure("input size", 1, importing(good, "--input-size", "8"));
    jar.requireFailure("'../x'", 1, importing(good, "--name", "../x"));
    jar.requireFailure("10 labels", 1, importing(good, "--labels", labels.toString()));
    jar.requireFailure("nothing", 1, importing(good, "--key", "nothing"));
    jar.requireFailure("--checkpoint", 2, "import");
    jar.requireFailure("frobnicate", 2, "frobnicate");
    jar.requireFailure(repository.toString(), 1, "verify", "--repository", repository.toString());

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
}
