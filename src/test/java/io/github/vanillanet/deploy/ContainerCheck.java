package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Builds the images from a clean checkout and runs them as the chart does. Runs with {@code mvn
 * -Pcontainer verify}.
 */
class ContainerCheck {

  private static final int NOT_POSSIBLE_HERE = 77;

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "gpu"})
  void theImageServesTrainsAndEndsAsTheChartRunsIt(String flavor) throws Exception {
    String only = System.getProperty("container.flavor", "");
    assumeTrue(only.isEmpty() || only.equals(flavor), "only " + only);
    Process process =
        new ProcessBuilder(
                ProjectFile.ROOT.resolve("deploy/container-check/run.sh").toString(), flavor)
            .redirectErrorStream(true)
            .start();

    List<String> output = new ArrayList<>();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(line);
        output.add(line);
      }
    }

    int status = process.waitFor();
    assumeTrue(status != NOT_POSSIBLE_HERE, String.join("\n", output));
    assertThat(status).as(String.join("\n", output)).isZero();
    assertThat(output).anyMatch(line -> line.matches("size: \\d+ MB"));
  }
}
