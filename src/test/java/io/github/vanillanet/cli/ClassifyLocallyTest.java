package io.github.vanillanet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.serve.registry.NarrowModels;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs the command {@code classify} without a service. */
class ClassifyLocallyTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODEL = "narrow";

  private final Path photos;
  private final Path repository;

  ClassifyLocallyTest(@TempDir Path folder) {
    this.photos = folder.resolve("photos");
    this.repository = folder.resolve("models");
  }

  @BeforeEach
  void create() throws IOException {
    NarrowModels.publish(repository, MODEL, 1);
    Files.createDirectories(photos);
    for (String image : List.of("jpeg_420.jpg", "png_rgb.png")) {
      Files.copy(Oracle.file("preprocess/" + image), photos.resolve(image));
    }
    Files.writeString(photos.resolve("notes.txt"), "not an image");
  }

  /** The lines of a run by their file, and the exit code under an empty name. */
  private Map<String, JsonNode> run(String... arguments) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new ClassifyCommand());
    Options.registerConverters(command);
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(new StringWriter(), true));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--repository", repository.toString(), "--format", "jsonl"));
    Map<String, JsonNode> results = new TreeMap<>();
    results.put("", JSON.valueToTree(command.execute(all.toArray(String[]::new))));
    for (String line : out.toString().lines().toList()) {
      JsonNode result = JSON.readTree(line);
      String file = result.path("file").asText();
      assertThat(results.put(Path.of(file).getFileName().toString(), result)).isNull();
    }
    return results;
  }

  @Test
  void aFolderIsClassifiedInFloat32WithTheModelOfTheRepository() throws IOException {
    Map<String, JsonNode> all = run(photos.toString(), "--top-k", "3", "--concurrency", "2");
    Map<String, JsonNode> named =
        run(photos.toString(), "--model", MODEL + "/1", "--top-k", "3", "--concurrency", "1");

    assertThat(all).containsOnlyKeys("", "jpeg_420.jpg", "png_rgb.png", "notes.txt");
    assertThat(all.get("").asInt()).isEqualTo(3);
    assertThat(all.get("notes.txt").path("code").asText()).isEqualTo("UNSUPPORTED_IMAGE");
    JsonNode photo = all.get("jpeg_420.jpg");
    assertThat(photo.path("model").asText()).isEqualTo(MODEL);
    assertThat(photo.path("precision").asText()).isEqualTo("float32");
    assertThat(photo.path("predictions")).hasSize(3);
    for (String file : all.keySet()) {
      assertThat(labels(named.get(file))).isEqualTo(labels(all.get(file)));
    }
  }

  @Test
  void standardInputIsOneImage() throws IOException {
    InputStream before = System.in;
    try (InputStream photo = Files.newInputStream(photos.resolve("png_rgb.png"))) {
      System.setIn(photo);

      Map<String, JsonNode> results = run("-");

      assertThat(results).containsOnlyKeys("", "-");
      assertThat(results.get("").asInt()).isZero();
      assertThat(labels(results.get("-")))
          .isEqualTo(labels(run(photos.resolve("png_rgb.png").toString()).get("png_rgb.png")));
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void anUnknownModelStopsTheRun() throws IOException {
    assertThat(run(photos.toString(), "--model", "other").get("").asInt()).isEqualTo(1);
    assertThat(run(photos.toString(), "--model", MODEL + "/7").get("").asInt()).isEqualTo(1);
  }

  private static List<String> labels(JsonNode result) {
    return result.path("predictions").findValuesAsText("label");
  }
}
