package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.repository.ClassMeans;
import io.github.vanillanet.model.repository.DomainHint;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.TrainingImages;
import io.github.vanillanet.model.repository.VersionPublisher;
import io.github.vanillanet.serve.registry.PublishedModels;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model that has learnt one photo: every other picture is out of its domain. */
@QuarkusTest
@TestProfile(DomainHintTest.Profile.class)
class DomainHintTest {

  /** The features of the known photo are those of the class mean, which is rounded to float16. */
  private static final double THRESHOLD = 0.9999;

  /** The models {@code plain} and {@code hinted}. */
  public static final class Models implements QuarkusTestResourceLifecycleManager {

    @Override
    public Map<String, String> start() {
      try {
        Path repository = Files.createTempDirectory("hinted-models");
        Path candidate = Files.createTempDirectory("hinted-candidate");
        PublishedModels.publish(repository, "plain");
        StoredVersion version = PublishedModels.publish(candidate, "hinted");
        new VersionPublisher(new ModelRepository(repository))
            .publishTrained(
                version,
                0.75,
                TrainingImages.NONE,
                Optional.empty(),
                Optional.of(new DomainHint.Fitted(means(version), THRESHOLD, 1)));
        return Map.of(
            "vanillanet.repository", repository.toString(),
            "vanillanet.device", "cpu",
            "vanillanet.threads", "1");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Every class has the features of the known photo. */
    private static ClassMeans means(StoredVersion version) {
      byte[] pixels =
          version
              .manifest()
              .preprocessing()
              .apply(new ImageDecoder(1 << 24).decode(Service.jpeg()))
              .rgb();
      float[] features;
      try (TorchInstance instance =
          TorchInstance.load(TorchRuntime.load(), version.artifact(), Device.CPU, 64, 64, 1)) {
        features =
            instance
                .forwardMaps(
                    InputKind.IMAGES, InputKind.IMAGES.buffer(1, 64, 64).put(pixels).flip(), 1)
                .features();
      }
      double[][] sums = new double[PublishedModels.CLASSES][features.length];
      for (double[] sum : sums) {
        for (int i = 0; i < features.length; i++) {
          sum[i] = features[i];
        }
      }
      return ClassMeans.of(sums);
    }

    @Override
    public void stop() {
      // the service may still use the temporary folder
    }
  }

  /** Serves {@link Models}. */
  public static final class Profile implements QuarkusTestProfile {

    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(Models.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }
  }

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  /** Another picture. */
  private static byte[] unknown() {
    try {
      return Files.readAllBytes(Oracle.file("preprocess/jpeg_wide_2000x60.jpg"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonPath classify(String model, byte[] image) {
    return given()
        .contentType("image/jpeg")
        .body(image)
        .post("/classify/" + model + "?top_k=10")
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  @Test
  void anUnknownPictureIsMarked() {
    JsonPath known = classify("hinted", Service.jpeg());
    JsonPath other = classify("hinted", unknown());

    assertThat(known.getBoolean("out_of_domain")).isFalse();
    assertThat(known.getDouble("domain_score")).isGreaterThan(THRESHOLD);
    assertThat(other.getBoolean("out_of_domain")).isTrue();
    assertThat(other.getDouble("domain_score")).isBetween(-1.0, THRESHOLD);
    assertThat(other.getBoolean("domain_experimental")).isTrue();
  }

  @Test
  void theHintDoesNotChangeTheAnswer() {
    JsonPath plain = classify("plain", unknown());

    assertThat(plain.<Object>get("out_of_domain")).isNull();
    assertThat(plain.<Object>get("domain_score")).isNull();
    assertThat(plain.<Object>get("domain_experimental")).isNull();
    assertThat(classify("hinted", unknown()).<Object>get("predictions"))
        .isEqualTo(plain.<Object>get("predictions"));
  }

  @Test
  void eachOfSeveralImagesHasItsOwnMark() {
    JsonPath answer =
        given()
            .multiPart("image", "1.jpg", unknown(), "image/jpeg")
            .multiPart("image", "2.jpg", new byte[] {1, 2, 3}, "image/jpeg")
            .multiPart("image", "3.jpg", Service.jpeg(), "image/jpeg")
            .post("/classify/hinted")
            .then()
            .statusCode(200)
            .extract()
            .jsonPath();

    assertThat(answer.getBoolean("domain_experimental")).isTrue();
    assertThat(answer.getBoolean("results[0].out_of_domain")).isTrue();
    assertThat(answer.<Object>get("results[1].out_of_domain")).isNull();
    assertThat(answer.getString("results[1].code")).isNotNull();
    assertThat(answer.getBoolean("results[2].out_of_domain")).isFalse();
  }

  @Test
  void theInferenceProtocolMarksImagesInItsParameters() {
    Base64.Encoder base64 = Base64.getEncoder();
    JsonPath answer =
        given()
            .contentType("application/json")
            .body(
                """
                {"inputs":[{"name":"image","datatype":"BYTES","shape":[2],
                  "parameters":{"content_type":"base64"},"data":["%s","%s"]}]}\
                """
                    .formatted(
                        base64.encodeToString(Service.jpeg()), base64.encodeToString(unknown())))
            .post("/v2/models/hinted-image/infer")
            .then()
            .statusCode(200)
            .extract()
            .jsonPath();

    assertThat(answer.getMap("parameters"))
        .isEqualTo(Map.of("out_of_domain_1", true, "domain_experimental", true));
    assertThat(answer.getList("outputs[0].shape")).isEqualTo(List.of(2, 10));
    assertThat(answer.getList("outputs[0].data")).hasSize(20);
  }

  @Test
  void theModelShowsItsHint() {
    JsonPath model = given().get("/models/hinted").jsonPath();

    assertThat(model.getString("domain.score")).isEqualTo(DomainHint.SCORE);
    assertThat(model.getDouble("domain.threshold")).isEqualTo(THRESHOLD);
    assertThat(model.getInt("domain.images")).isEqualTo(1);
    assertThat(model.getBoolean("domain.experimental")).isTrue(); // not measured
    assertThat(given().get("/models/plain").jsonPath().<Object>get("domain")).isNull();
  }
}
