package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the README tells clients to do, done. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class ReadmeTest {

  private Path folder;

  @BeforeEach
  void awaitReady() throws IOException {
    Service.awaitReady();
    folder = Files.createTempDirectory("readme");
    Files.write(folder.resolve("photo.jpg"), Service.jpeg());
  }

  /** The first block of {@code language} in the section on clients, for this test's port. */
  private static String snippet(String language) throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String clients = readme.substring(readme.indexOf("\n## Clients\n"));
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)\n```", Pattern.DOTALL).matcher(clients);
    assertThat(block.find()).isTrue();
    return block.group(1).replace("localhost:8080", "localhost:" + RestAssured.port);
  }

  private String output(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void theCommandsOfCurlAreAnswered() throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    String script = "set -e\ncurl() { command curl -sSf -w '\\n' \"$@\"; }\n" + snippet("sh");

    List<String> answers =
        output(List.of("bash", "-c", script)).lines().filter(line -> !line.isBlank()).toList();

    assertThat(answers).hasSize(4); // one goes into a file
    assertThat(answers.get(0)).contains("\"predictions\"");
    assertThat(answers.get(1)).contains("\"results\"");
    assertThat(answers.get(2)).contains("\"predictions\"", "class ");
    assertThat(answers.get(3)).contains("class ");
    assertThat(Files.readString(folder.resolve("logits.bin"), StandardCharsets.ISO_8859_1))
        .startsWith("{\"model_name\":\"vanillanet-5-image\"");
  }

  @Test
  void theJavaProgramPrintsItsAnswer() throws IOException, InterruptedException {
    Files.writeString(folder.resolve("Classify.java"), snippet("java"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    String output = output(List.of(java, "Classify.java"));

    assertThat(output).startsWith("200 {").contains("\"predictions\"");
  }

  @Test
  void thePythonProgramPrintsItsPredictions() throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        runs(List.of("python3", "-c", "import requests")),
        "python3 with requests is not installed");
    Files.writeString(folder.resolve("classify.py"), snippet("python"));

    List<String> lines = output(List.of("python3", "classify.py")).lines().toList();

    assertThat(lines).hasSize(5).allMatch(line -> line.matches("class \\d+ [0-9.e-]+"));
  }

  private static boolean runs(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }
}
