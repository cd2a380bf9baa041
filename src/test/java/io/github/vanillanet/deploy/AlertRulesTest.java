package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Recording rules and alerts. What they compute is tested by Prometheus' own promtool. */
class AlertRulesTest {

  private static final Path FOLDER = ProjectFile.ROOT.resolve("deploy/prometheus");

  @Test
  void theRulesComputeWhatTheirUnitTestsSay() throws Exception {
    promtool("test", "rules", "rules-test.yaml");
  }

  @Test
  void prometheusAcceptsItsConfiguration() throws Exception {
    promtool("check", "config", "prometheus.yaml");
  }

  @Test
  void everyAlertSaysWhatToDoAndHasAUnitTest() throws IOException {
    JsonNode rules = Manifests.YAML.readTree(FOLDER.resolve("rules.yaml").toFile());
    JsonNode tests = Manifests.YAML.readTree(FOLDER.resolve("rules-test.yaml").toFile());
    Set<String> firing = new TreeSet<>();
    for (JsonNode test : tests.findParents("alertname")) {
      if (!test.path("exp_alerts").isEmpty()) {
        firing.add(test.get("alertname").asText());
      }
    }

    for (JsonNode alert : rules.findParents("alert")) {
      assertThat(alert.path("labels").path("severity").asText()).isIn("critical", "warning");
      assertThat(alert.path("annotations").path("summary").asText()).isNotEmpty();
      assertThat(alert.path("annotations").path("action").asText()).isNotEmpty();
      assertThat(firing).contains(alert.get("alert").asText());
    }
  }

  private static void promtool(String... arguments) throws IOException, InterruptedException {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Path.of(folder, "promtool").toFile().canExecute()),
        "promtool is not installed");
    List<String> command = Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList();
    Process process =
        new ProcessBuilder(command).directory(FOLDER.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }
}
