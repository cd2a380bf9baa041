package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.cli.Jar;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Starts that end with an error. */
class FailedStartIT extends PackagedService {

  FailedStartIT(@TempDir Path folder) {
    super(folder);
  }

  @Test
  void theServiceExitsIfItsOnlyModelIsCorrupt() throws IOException {
    Path repository = folder.resolve("models");
    corrupt(copyModel("corrupt", repository));

    Jar.Result result =
        serve(List.of(), Map.of("VANILLANET_REPOSITORY", repository.toString())).result();

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains(repository.toString()).doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "VANILLANET_DEVICE; cuda:7; vanillanet.device=cuda:7",
        "VANILLANET_DEVICE; banana; vanillanet.device: expected auto",
        "VANILLANET_PRECISION; half; vanillanet.precision: expected float32",
        "VANILLANET_LANES; abc; vanillanet.lanes: expected a whole number",
        "VANILLANET_THREADS; 0; vanillanet.threads: expected a whole number of at least 1",
        "VANILLANET_HEALTH_HANG_LIMIT; 0S; vanillanet.health.hang-limit: expected a positive",
        "VANILLANET_QUEUE_CAPACITY; abc; vanillanet.queue-capacity",
        "VANILLANET_MAX_PIXELS; -1; vanillanet.max-pixels: expected a whole number of at least 1",
        "VANILLANET_DEFAULT_MODEL; nope; vanillanet.default-model: expected one of",
        "VANILLANET_SEEDED_MODELS; vanillanet_99; vanillanet.seeded-models: expected some of",
      })
  void anInvalidSettingIsReportedInOneLineAndTheServiceExits(
      String variable, String value, String reason) {
    Jar.Result result =
        serve(List.of(), Map.of("VANILLANET_REPOSITORY", good.toString(), variable, value))
            .result();

    assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
    assertThat(result.errLines().stream().filter(line -> line.contains(reason))).hasSize(1);
    assertThat(result.err()).doesNotContain("\tat ");
  }

  @Test
  void aPortInUseIsReportedAndTheServiceExits() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      String port = Integer.toString(taken.getLocalPort());

      Jar.Result result =
          serve(
                  List.of(),
                  Map.of("VANILLANET_REPOSITORY", good.toString(), "QUARKUS_HTTP_PORT", port))
              .result();

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err()).contains("Port " + port).doesNotContain("\tat ");
    }
  }
}
