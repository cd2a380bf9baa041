package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks the recording rules and alerts, and runs their unit tests with promtool. */
class AlertRulesTest {

  private static final Path FOLDER = ProjectFile.ROOT.resolve("deploy/prometheus");

  @Test
  void theUnitTestsOfTheRulesPass() throws Exception {
    promtool("test", "rules", "rules-test.yaml", "alerts-test.yaml", "scaling-test.yaml");
  }

  @Test
  void theConfigurationOfPrometheusIsValid() throws Exception {
    promtool("check", "config", "prometheus.yaml");
  }

  @Test
  void everyAlertHasASeverityAnActionAndAUnitTest() throws IOException {
    JsonNode rules = Manifests.YAML.readTree(FOLDER.resolve("rules.yaml").toFile());
    Set<String> firing = new TreeSet<>();
    for (Path file : ProjectFile.below("deploy/prometheus", "-test.yaml")) {
      for (JsonNode test : Manifests.YAML.readTree(file.toFile()).findParents("alertname")) {
        if (!test.path("exp_alerts").isEmpty()) {
          firing.add(test.get("alertname").asText());
        }
      }
    }

    for (JsonNode alert : rules.findParents("alert")) {
      assertThat(alert.path("labels").path("severity").asText()).isIn("critical", "warning");
      assertThat(alert.path("annotations").path("summary").asText()).isNotEmpty();
      assertThat(alert.path("annotations").path("action").asText()).isNotEmpty();
      assertThat(firing).contains(alert.get("alert").asText());
    }
  }

  @Test
  void everyAlertLinksToItsRunbookSection() throws IOException {
    JsonNode rules = Manifests.YAML.readTree(FOLDER.resolve("rules.yaml").toFile());
    String operations = Files.readString(ProjectFile.ROOT.resolve("docs/operations.md"));
    Set<String> alerts = new TreeSet<>(rules.findValuesAsText("alert"));

    for (JsonNode alert : rules.findParents("alert")) {
      String name = alert.get("alert").asText();
      assertThat(alert.path("annotations").path("runbook_url").asText())
          .isEqualTo("docs/operations.md#" + name.toLowerCase(Locale.ROOT));
      assertThat(operations).as(name).containsPattern("(?m)^### " + name + "$");
    }
    assertThat(
            Pattern.compile("(?m)^### (VanillaNet\\w+)$")
                .matcher(operations)
                .results()
                .map(section -> section.group(1)))
        .containsExactlyInAnyOrderElementsOf(alerts);
  }

  private static void promtool(String... arguments) throws IOException, InterruptedException {
    assumeTrue(Programs.succeeds("promtool", "--version"), "promtool is not installed");
    List<String> command = Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList();
    Process process =
        new ProcessBuilder(command).directory(FOLDER.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }
}
