package io.github.vanillanet.base.config;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

  private static ServingConfig read(Map<String, String> properties) {
    return Settings.read(
        new SmallRyeConfigBuilder()
            .withSources(new PropertiesConfigSource(properties, "test", 100)));
  }

  private static List<String> warnings(Set<String> properties, Set<String> variables) {
    return UnknownSettings.warnings(properties, variables);
  }

  @Test
  void everySettingHasAValidDefaultOrNone() {
    ServingConfig config = read(Map.of());

    assertThat(RepositoryLocation.folder(config)).isEqualTo(Path.of("models"));
    assertThat(config.lanes()).isEqualTo(1);
    assertThat(config.threads()).isEmpty();
    assertThat(config.maxImageBody().asLongValue()).isEqualTo(20 << 20);
    assertThat(config.health().hangLimit()).isEqualTo(Duration.ofMillis(1500));
    assertThat(config.training().executor()).isEqualTo(TrainingConfig.Executor.PROCESS);
  }

  @ParameterizedTest
  @CsvSource({
    "lanes, 0",
    "lanes, abc",
    "threads, -1",
    "decoders, 0",
    "queue-capacity, 0",
    "max-pixels, -1",
    "precision, half",
    "precision, tf32",
    "precision, FLOAT16",
    "jpeg-decoder, jpeg",
    "max-image-body, 0",
    "max-tensor-body, 0",
    "max-tensor-body, big",
    "body-memory, 0",
    "keep-versions, 0",
    "warm-up, -1S",
    "batching.max-batch, 0",
    "batching.max-delay, -1S",
    "health.hang-limit, 0S",
    "health.hang-limit, soon",
    "swap-guard.answers, 0",
    "swap-guard.failures, 0",
    "training.concurrent, 0",
    "training.max-upload, 0",
    "training.max-upload-files, 0",
    "training.max-unpacked, 0",
    "training.executor, cloud",
    "safety-net, enabled",
    "grpc.enabled, 2",
    "training.kubernetes.suspend, maybe",
    "s3.endpoint, minio",
    "s3.endpoint, minio:9000",
    "s3.endpoint, ftp://minio:9000",
    "training.heap, 2gb",
    "training.heap, 1m",
    "training.threads, 0",
    "training.kubernetes.gpu-count, -1",
    "training.kubernetes.image-pull-policy, Sometimes",
  })
  void anInvalidValueIsReportedInOneLineWithItsNameAndValue(String setting, String value) {
    assertThatThrownBy(() -> read(Map.of("vanillanet." + setting, value)))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContainingAll("vanillanet." + setting + ":", "'" + value + "'")
        .message()
        .doesNotContain("\n", "Exception", "SRCFG");
  }

  @Test
  void allInvalidValuesAreReportedTogether() {
    assertThatThrownBy(() -> read(Map.of("vanillanet.lanes", "0", "vanillanet.threads", "x")))
        .hasMessageContainingAll("vanillanet.lanes:", "vanillanet.threads:");
  }

  @ParameterizedTest
  @CsvSource({
    "VANILLANET_LANE, VANILLANET_LANES",
    "VANILLANET_REPOSITRY, VANILLANET_REPOSITORY",
    "VANILLANET_REPO, VANILLANET_REPOSITORY",
    "VANILLANET_MAX_BATCH, VANILLANET_BATCHING_MAX_BATCH",
    "VANILLANET_DEFAULTMODEL, VANILLANET_DEFAULT_MODEL",
  })
  void anUnknownVariableGetsOneWarningThatSuggestsTheNearestOne(String variable, String nearest) {
    assertThat(warnings(Set.of(), Set.of(variable)))
        .singleElement()
        .asString()
        .contains(variable + " ", " " + nearest + "?");
  }

  @Test
  void anUnknownPropertyGetsOneWarningThatSuggestsTheNearestOne() {
    assertThat(warnings(Set.of("vanillanet.que-capacity"), Set.of()))
        .singleElement()
        .asString()
        .contains("vanillanet.que-capacity ", " vanillanet.queue-capacity?");
  }

  @Test
  void aNameUnlikeAnySettingGetsAWarningWithoutASuggestion() {
    assertThat(warnings(Set.of("vanillanet.frobnicate"), Set.of("VANILLANET_FROBNICATE")))
        .hasSize(2)
        .noneMatch(warning -> warning.contains("?"));
  }

  @Test
  void settingsKeysOfGroupsListElementsAndVariablesOfKubernetesGetNoWarning() {
    assertThat(
            warnings(
                Set.of(
                    "vanillanet.lanes",
                    "vanillanet.groups.cats",
                    "vanillanet.seeded-models[0]",
                    "quarkus.http.prot"),
                Set.of(
                    "VANILLANET_LANES",
                    "VANILLANET_TRAINING_KUBERNETES_GPU_COUNT",
                    "VANILLANET_GROUPS_CATS",
                    "VANILLANET_SEEDED_MODELS_0_",
                    "VANILLANET_SERVICE_HOST",
                    "VANILLANET_SERVICE_PORT",
                    "VANILLANET_SERVICE_PORT_HTTP",
                    "VANILLANET_PORT",
                    "VANILLANET_PORT_8080_TCP_ADDR",
                    "VANILLANET_SERVING_SERVICE_HOST",
                    "PATH")))
        .isEmpty();
  }
}
