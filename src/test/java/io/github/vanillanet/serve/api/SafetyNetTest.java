package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.LastMaps;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.ReducedPrecisionsFile;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.ModelLoader;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.PrecisionChoice;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A calibrated model in a reduced precision, behind every API. The reduced precision is float32
 * with an error that the test recognises, so that the test runs on every processor.
 */
@QuarkusTest
@TestProfile(TrainedModels.Profile.class)
class SafetyNetTest {

  private static final String MODEL = "hinted";
  private static final float ERROR = 0.25f;
  private static final double HUGE = 1e9;
  private static final Arithmetic REDUCED = new Arithmetic(Precision.BFLOAT16, false);
  private static final Duration SLOW = Duration.ofMillis(400);

  @Inject ModelRegistry registry;
  @Inject ModelRepository repository;
  @Inject ServingMetrics metrics;

  private final TorchRuntime runtime = TorchRuntime.load();
  private StoredVersion version;

  @BeforeEach
  void open() {
    Service.awaitReady();
    StoredVersion live = repository.open(registry.live(MODEL).orElseThrow());
    // a copy, because the service reloads versions whose files change
    version = new StoredVersion(live.id(), copy(live.folder()), live.manifest(), live.labels());
  }

  private static Path copy(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      Path copy = Files.createTempDirectory("calibrated");
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void restore() {
    registry.swap(loader(PrecisionChoice.only(Arithmetic.PUBLISHED), Duration.ZERO).load(version));
  }

  /** Adds an error to each logit, and takes some time. */
  private record Altered(ModelInstance healthy, float error, Duration time)
      implements ModelInstance {

    @Override
    public void attachToThread() {
      healthy.attachToThread();
    }

    @Override
    public float[] forward(InputKind kind, ByteBuffer input, int samples) {
      throw new AssertionError("a model with a domain hint computes maps");
    }

    @Override
    public LastMaps forwardMaps(InputKind kind, ByteBuffer input, int samples) {
      LockSupport.parkNanos(time.toNanos());
      LastMaps result = healthy.forwardMaps(kind, input, samples);
      float[] logits = result.logits().clone();
      logits[0] += error;
      return new LastMaps(logits, result.maps(), samples, result.channels());
    }

    @Override
    public void close() {
      healthy.close();
    }
  }

  private ModelLoader loader(PrecisionChoice precisions, Duration float32Time) {
    return new ModelLoader(
        (artifact, device, height, width) -> {
          TorchInstance loaded =
              TorchInstance.load(runtime, version.artifact(), device, height, width, 1);
          ScalarType weights =
              ScriptWeights.read(artifact).tensors().values().iterator().next().type();
          return weights == ScalarType.FLOAT32
              ? new Altered(loaded, 0, float32Time)
              : new Altered(loaded, ERROR, Duration.ZERO);
        },
        List.of(Device.CPU),
        precisions,
        new ModelLoader.Plan(1, 1, LaneSettings.single(64), false, Duration.ofMinutes(1)),
        metrics,
        registry::faulted);
  }

  private void serve(double threshold, boolean safetyNet, Duration float32Time) {
    List<List<Float>> golden =
        version.manifest().certificate().goldenLogits().stream()
            .map(
                row ->
                    IntStream.range(0, row.size())
                        .mapToObj(i -> row.get(i) + (i == 0 ? ERROR : 0))
                        .toList())
            .toList();
    ReducedPrecisionsFile.write(
        version,
        new AnswerCertificate(
            REDUCED.precision(), 500, 1000, threshold, 960, 998, 0, Optional.empty(), 0.1, golden));
    registry.swap(
        loader(new PrecisionChoice(List.of(REDUCED), safetyNet), float32Time).load(version));
  }

  private static Response classify(double budgetMillis) {
    return given()
        .contentType("image/jpeg")
        .header("X-Latency-Budget-Ms", budgetMillis)
        .body(Service.jpeg())
        .post("/classify/" + MODEL);
  }

  private static JsonPath infer() {
    String image = Base64.getEncoder().encodeToString(Service.jpeg());
    return given()
        .contentType("application/json")
        .body(
            Map.of(
                "inputs",
                List.of(
                    Map.of(
                        "name",
                        "image",
                        "datatype",
                        "BYTES",
                        "shape",
                        List.of(2),
                        "data",
                        List.of(Map.of("b64", image), Map.of("b64", image))))))
        .post("/v2/models/" + MODEL + "-image/infer")
        .jsonPath();
  }

  private static JsonPath predict() {
    String image = Base64.getEncoder().encodeToString(Service.jpeg());
    return given()
        .urlEncodingEnabled(false)
        .contentType("application/json")
        .body(Map.of("instances", List.of(Map.of("b64", image), Map.of("b64", "AAAA"))))
        .post("/v1/models/" + MODEL + ":predict")
        .jsonPath();
  }

  private static String torchServe() {
    return given()
        .contentType("image/jpeg")
        .body(Service.jpeg())
        .post("/predictions/" + MODEL)
        .header("X-Precision");
  }

  private static JsonPath model() {
    return given().get("/models/" + MODEL).jsonPath();
  }

  @Test
  void uncertainAnswersAreFloat32sInEveryApi() {
    serve(0, true, Duration.ZERO);
    JsonPath reduced = infer();
    assertThat(reduced.getMap("parameters"))
        .containsEntry("precision", "bfloat16")
        .doesNotContainKeys("precision_0", "unchecked_0");
    assertThat(torchServe()).isEqualTo("bfloat16");
    assertThat(classify(60_000).jsonPath().getString("precision")).isEqualTo("bfloat16");

    serve(HUGE, true, Duration.ZERO);

    JsonPath recomputed = infer();
    assertThat(recomputed.getMap("parameters"))
        .containsEntry("precision", "bfloat16")
        .containsEntry("precision_0", "float32")
        .containsEntry("precision_1", "float32")
        .doesNotContainKey("unchecked_1");
    assertThat(recomputed.getDouble("outputs[0].data[0]"))
        .isCloseTo(reduced.getDouble("outputs[0].data[0]") - ERROR, within(1e-4));
    assertThat(recomputed.getList("outputs[0].shape")).containsExactly(2, 10);
    JsonPath classified = classify(60_000).jsonPath();
    assertThat(classified.getString("precision")).isEqualTo("float32");
    assertThat(classified.getBoolean("unchecked")).isFalse();
    assertThat(classified.getBoolean("out_of_domain")).isFalse();
    assertThat(torchServe()).isEqualTo("float32");
    assertThat(predict().getList("precisions")).containsExactly("float32", "none");
    assertThat(model().getBoolean("reduced_precision.safety_net")).isTrue();
    assertThat(model().getDouble("reduced_precision.share")).isEqualTo(1);
    assertThat(given().get("/q/metrics").asString())
        .contains("vanillanet_checked_images_total{check=\"recomputed\",model=\"hinted\",} 5.0");
  }

  @Test
  void anAnswerWithoutTimeForASecondForwardIsMarked() {
    serve(HUGE, true, SLOW);

    Eventually.becomes(
        () -> {
          Response answer = classify(1.5 * SLOW.toMillis());
          return answer.statusCode() == 200 && answer.jsonPath().getBoolean("unchecked");
        });

    assertThat(model().getLong("reduced_precision.unchecked")).isPositive();
  }

  @Test
  void withoutTheSafetyNetTheVerdictStays() {
    serve(HUGE, false, Duration.ZERO);

    JsonPath answer = classify(60_000).jsonPath();

    assertThat(answer.getString("precision")).isEqualTo("bfloat16");
    assertThat(answer.getMap("")).doesNotContainKey("unchecked");
    assertThat(model().getBoolean("reduced_precision.safety_net")).isFalse();
    assertThat(model().getDouble("reduced_precision.raw_agreement")).isEqualTo(0.96);
    assertThat(model().getDouble("reduced_precision.agreement")).isEqualTo(0.998);
    assertThat(model().getMap("reduced_precision")).doesNotContainKey("share");
  }
}
