package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.github.vanillanet.base.config.ServingConfig;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The chart's values for the service's settings, resources, image and tracing. */
class ChartSettingsTest {

  /** Settings that other values of the chart decide; names that end with _ are groups. */
  private static final List<String> OF_THE_CHART =
      List.of(
          "VANILLANET_REPOSITORY",
          "VANILLANET_S3_",
          "VANILLANET_TRAINING_JOBS",
          "VANILLANET_TRAINING_DATA_ROOT",
          "VANILLANET_TRAINING_JAR",
          "VANILLANET_TRAINING_EXECUTOR",
          "VANILLANET_TRAINING_KUBERNETES_");

  private static Container serving(Manifests rendered) {
    return rendered.only(Deployment.class).getSpec().getTemplate().getSpec().getContainers().get(0);
  }

  private static Map<String, String> variables(String values) throws IOException {
    return serving(Chart.render(values)).getEnv().stream()
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  private static void collect(String prefix, JsonNode schema, Set<String> names) {
    schema
        .path("properties")
        .fields()
        .forEachRemaining(
            property -> {
              String name =
                  prefix
                      + '_'
                      + property.getKey().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase();
              if (property.getValue().has("properties")) {
                collect(name, property.getValue(), names);
              } else {
                names.add(name);
              }
            });
  }

  @Test
  void everySettingOfTheServiceIsAValue() throws IOException {
    Set<String> values = new TreeSet<>();
    collect("VANILLANET", ProjectFile.schema().at("/properties/settings"), values);

    Set<String> settings = Settings.variables();
    settings.removeIf(
        name ->
            OF_THE_CHART.stream()
                .anyMatch(it -> it.endsWith("_") ? name.startsWith(it) : name.equals(it)));
    assertThat(values).containsExactlyElementsOf(settings);
  }

  @Test
  void onlyAServiceWithoutAnotherSourceServesTheIncludedModel() throws IOException {
    String imports =
        "models: {checkpoints: {existingClaim: c}, import: [{checkpoint: a.pth, variant:"
            + " vanillanet_5, name: x}]}";
    String name = "VANILLANET_EMBEDDED_MODEL";
    assertThat(variables("{}")).containsEntry(name, "auto");
    assertThat(variables("models: {persistence: {enabled: true}}")).containsEntry(name, "never");
    assertThat(variables(imports)).containsEntry(name, "never");
    assertThat(variables(imports + "\nsettings: {embeddedModel: auto}"))
        .containsEntry(name, "auto");
  }

  @Test
  void settingsBecomeVariablesOfTheService() throws IOException {
    Map<String, String> variables =
        variables(
            """
            settings:
              device: cuda:0,cuda:1
              precision: bfloat16
              cuda: {tf32: true, cudnnBenchmark: false}
              defaultModel: nine
              seededModels: [vanillanet_5, vanillanet_9]
              groups: {family: [nine, five]}
              lanes: 2
              batching: {maxBatch: 4, maxDelay: 2ms}
              maxPixels: 90000000
              warmUp: 0S
              bodyMemory: 256M
              body: {minRate: 16K, maxRatio: 50}
              connections: {max: 1000, headTimeout: 5S}
              training: {heap: 4g, concurrent: 2}
            training: {jobs: {existingClaim: jobs}, data: {existingClaim: photos}}
            admin: {jwt: {existingSecret: signer, issuer: issuer.example, audiences: [a, b]}}
            """);

    assertThat(variables)
        .containsEntry("VANILLANET_DEVICE", "cuda:0,cuda:1")
        .containsEntry("VANILLANET_PRECISION", "bfloat16")
        .containsEntry("VANILLANET_CUDA_TF32", "true")
        .containsEntry("VANILLANET_CUDA_CUDNN_BENCHMARK", "false")
        .containsEntry("VANILLANET_SEEDED_MODELS", "vanillanet_5,vanillanet_9")
        .containsEntry("VANILLANET_GROUPS_FAMILY", "nine,five")
        .containsEntry("VANILLANET_LANES", "2")
        .containsEntry("VANILLANET_BATCHING_MAX_BATCH", "4")
        .containsEntry("VANILLANET_BATCHING_MAX_DELAY", "2ms")
        .containsEntry("VANILLANET_MAX_PIXELS", "90000000")
        .containsEntry("VANILLANET_WARM_UP", "0S")
        .containsEntry("VANILLANET_BODY_MEMORY", "256M")
        .containsEntry("VANILLANET_BODY_MIN_RATE", "16K")
        .containsEntry("VANILLANET_BODY_MAX_RATIO", "50")
        .containsEntry("VANILLANET_CONNECTIONS_MAX", "1000")
        .containsEntry("VANILLANET_CONNECTIONS_HEAD_TIMEOUT", "5S")
        .containsEntry("VANILLANET_TRAINING_HEAP", "4g")
        .containsEntry("VANILLANET_TRAINING_CONCURRENT", "2")
        .containsEntry("VANILLANET_TRAINING_DATA_ROOT", "/data")
        .containsEntry("MP_JWT_VERIFY_ISSUER", "issuer.example")
        .containsEntry("MP_JWT_VERIFY_AUDIENCES", "a,b")
        .doesNotContainKeys(
            "VANILLANET_THREADS", "VANILLANET_DECODERS", "VANILLANET_KEEP_VERSIONS");
    assertThat(variables.keySet()).allMatch(Settings::isKnownOrUnrelated);
  }

  /** Unusual values that the schema accepts. The service would not start with invalid ones. */
  @Test
  void theServiceAcceptsWhatTheSchemaAccepts() throws IOException {
    Map<String, String> variables =
        variables(
            """
            settings:
              precision: auto
              repositoryPoll: PT1.5S
              warmUp: 1h30m
              batching: {maxBatch: auto, maxDelay: 0.5s}
              maxJpegPixels: 2147483647
              preprocessing: exif=auto, alpha=#00ff00
              maxImageBody: 20971520
              maxTensorBody: 999999999G
              body: {longest: 250ms, longestUpload: P1DT2H}
              connections: {idleTimeout: 1d, writeTimeout: 1m0s}
              training: {keepJobsFor: 36500D, heap: 2m}
            """
                .replace("20971520", "\"20971520\""));

    ServingConfig settings =
        new SmallRyeConfigBuilder()
            .withSources(new EnvConfigSource(variables, 300))
            .withMapping(ServingConfig.class)
            .build()
            .getConfigMapping(ServingConfig.class);
    assertThat(settings.repositoryPoll()).isEqualTo(Duration.ofMillis(1500));
    assertThat(settings.warmUp()).isEqualTo(Duration.ofMinutes(90));
    assertThat(settings.batching().maxDelay()).isEqualTo(Duration.ofMillis(500));
    assertThat(settings.maxImageBody().asLongValue()).isEqualTo(20 << 20);
    assertThat(settings.body().longestUpload()).isEqualTo(Duration.ofHours(26));
    assertThat(settings.connections().writeTimeout()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void oneSettingOpensTheGrpcPort() throws IOException {
    Manifests closed = Chart.render("settings: {grpc: {port: 9001}}");
    Manifests open = Chart.render("settings: {grpc: {enabled: true}}");

    assertThat(serving(closed).getPorts()).hasSize(1);
    assertThat(closed.only(Service.class).getSpec().getPorts()).hasSize(1);
    assertThat(variables("settings: {grpc: {enabled: true}}"))
        .containsEntry("VANILLANET_GRPC_ENABLED", "true");
    assertThat(serving(open).getPorts().get(1).getContainerPort()).isEqualTo(8001);
    assertThat(open.only(Service.class).getSpec().getPorts().get(1).getPort()).isEqualTo(8001);
    assertThat(
            open.only(NetworkPolicy.class)
                .getSpec()
                .getIngress()
                .get(0)
                .getPorts()
                .get(1)
                .getPort())
        .isEqualTo(new IntOrString("grpc"));
  }

  @Test
  void aDigestReplacesTheTag() throws IOException {
    String digest = "sha256:" + "0123456789abcdef".repeat(4);

    assertThat(
            serving(
                    Chart.render(
                        "image: {repository: r.example/x, digest: '%s'}".formatted(digest)))
                .getImage())
        .isEqualTo("r.example/x@" + digest);
  }

  @Test
  void resourcesFitTheDeviceAndOneOfRequestAndLimitIsEnough() throws IOException {
    assertThat(serving(Chart.render("gpu: {enabled: true, count: 2}")).getResources().getRequests())
        .containsEntry("cpu", new Quantity("8"))
        .containsEntry("memory", new Quantity("4Gi"));

    var chosen =
        serving(Chart.render("resources: {requests: {cpu: 3}, limits: {memory: 6Gi}}"))
            .getResources();
    assertThat(chosen.getRequests())
        .containsEntry("cpu", new Quantity("3"))
        .containsEntry("memory", new Quantity("6Gi"))
        .isEqualTo(chosen.getLimits());

    assertThat(serving(Chart.render("resources: null")).getResources().getLimits()).isEmpty();
    var unlimited = serving(Chart.render("resources: {limits: {cpu: null}}")).getResources();
    assertThat(unlimited.getLimits()).containsOnlyKeys("memory");
    assertThat(unlimited.getRequests()).containsEntry("cpu", new Quantity("2"));
  }

  @Test
  void extraContainersRunBeforeImportsWhichHaveTheMemoryOfTheLargestVariant() throws IOException {
    var containers =
        Chart.render(
                """
                extraInitContainers: [{name: fetch, image: 'fetch:1', command: [fetch]}]
                models:
                  checkpoints: {existingClaim: c}
                  import: [{checkpoint: a.pth, variant: vanillanet_13_x1_5, name: x}]
                """)
            .only(Deployment.class)
            .getSpec()
            .getTemplate()
            .getSpec()
            .getInitContainers();

    assertThat(containers).extracting(Container::getName).startsWith("fetch").hasSize(2);
    assertThat(containers.get(1).getResources().getLimits().get("memory").getNumericalAmount())
        .as("the import of vanillanet_13_x1_5 needs 3.8 GB")
        .isGreaterThan(new Quantity("4500M").getNumericalAmount());
  }
}
