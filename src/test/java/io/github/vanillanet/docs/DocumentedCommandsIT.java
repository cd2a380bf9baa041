package io.github.vanillanet.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.Programs;
import io.github.vanillanet.docs.Page.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the documented commands that need only the jar, against the packaged jar. */
class DocumentedCommandsIT {

  private static final String SERVE = "java -jar target/quarkus-app/quarkus-run.jar";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "README.md",
        "docs/models.md",
        "docs/training.md",
        "docs/deploy.md",
        "docs/operations.md"
      })
  void everyCommandSucceeds(String file) throws Exception {
    assertThat(outputs(Page.read(Page.ROOT.resolve(file)))).isNotNull();
  }

  @Test
  void theTutorialTrainsReplacesAndRollsBack() throws Exception {
    List<String> outputs = outputs(Page.read(Page.ROOT.resolve("docs/tutorial.md")));

    assertThat(outputs.get(2)).contains("\"state\":\"SUCCEEDED\"");
    assertThat(outputs.get(3)).contains("\"model\":\"shapes\",\"version\":1", "circle");
    assertThat(outputs.get(4)).contains("\"version\":1,\"live\":true", "\"version\":2");
    assertThat(outputs.get(5)).contains("\"version\":2,\"live\":true");
    assertThat(outputs.get(6)).contains("\"version\":1,\"live\":true");
    assertThat(outputs.get(7)).contains("\"version\":2,\"live\":true");
  }

  @Test
  void theClientExamplesAreAnswered() throws Exception {
    Page page = Page.read(Page.ROOT.resolve("docs/api.md"));
    try (DocumentedService service = new DocumentedService(folder)) {
      List<String> answers =
          run(service, page.blocks("sh")).get(0).lines().filter(line -> !line.isBlank()).toList();

      assertThat(answers).hasSize(4); // one goes into a file
      assertThat(answers.get(0)).contains("\"predictions\"");
      assertThat(answers.get(1)).contains("\"results\"");
      assertThat(answers.get(2)).contains("\"predictions\"");
      assertThat(answers.get(3)).matches("\\{.*:.*\\}");
      assertThat(
              Files.readString(service.folder().resolve("logits.bin"), StandardCharsets.ISO_8859_1))
          .startsWith("{\"model_name\":\"vanillanet-5-image\"");

      Path program = service.folder().resolve("Classify.java");
      Files.writeString(program, service.local(page.blocks("java").get(0).text()));
      assertThat(service.run(List.of("java"), program.toString()))
          .contains("200 {", "\"predictions\"");

      Assumptions.assumeTrue(hasRequests(), "python3 with requests is not installed");
      String script = service.local(page.blocks("python").get(0).text());
      assertThat(service.run(List.of("python3", "-c"), script).lines()).hasSize(5);
    }
  }

  @Test
  void theTritonClientExampleIsValidPython() throws Exception {
    Assumptions.assumeTrue(Programs.succeeds("python3", "--version"), "python3 is not installed");
    String script = Page.read(Page.ROOT.resolve("docs/api.md")).blocks("python").get(1).text();
    Path program = Files.writeString(folder.resolve("triton_client.py"), script);

    assertThat(Programs.succeeds("python3", "-m", "py_compile", program.toString())).isTrue();
  }

  private List<String> outputs(Page page) throws IOException, InterruptedException {
    try (DocumentedService service = new DocumentedService(folder)) {
      return run(service, page.blocks("sh"));
    }
  }

  /** Runs the blocks in their order and returns what those marked {@code run} print. */
  private static List<String> run(DocumentedService service, List<Block> blocks)
      throws IOException, InterruptedException {
    List<String> outputs = new ArrayList<>();
    for (Block block : blocks) {
      switch (block.mark()) {
        case "serve" -> service.serve(block.text());
        case "run" -> {
          if (block.text().contains("localhost:8080") && !service.serves()) {
            service.serve(SERVE); // the reader has started it with a build command
          }
          outputs.add(service.run(block.text()));
        }
        default -> {} // DocumentationTest checks its options
      }
    }
    return outputs;
  }

  private static boolean hasRequests() throws InterruptedException {
    return Programs.succeeds("python3", "-c", "import requests");
  }
}
