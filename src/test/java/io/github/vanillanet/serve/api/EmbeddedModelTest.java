package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(EmbeddedModelTest.MissingRepository.class)
class EmbeddedModelTest {

  /** The configured folder does not exist. */
  public static final class MissingRepository implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        return Map.of(
            "vanillanet.repository",
            Files.createTempDirectory("no-models").resolve("models").toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
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

  @Test
  void theEmbeddedTrainedModelAnswers() {
    JsonPath answer =
        given().contentType("image/jpeg").body(Service.jpeg()).post("/classify").jsonPath();

    assertThat(answer.getString("model")).isEqualTo("vanillanet-6-cifar10");
    assertThat(answer.getInt("version")).isEqualTo(1);
    assertThat(answer.getBoolean("trained")).isTrue();
    assertThat(answer.getList("predictions")).hasSize(5);
  }

  @Test
  void theEmbeddedModelListsItsLabelsAndItsAccuracy() {
    JsonPath model = given().get("/models/vanillanet-6-cifar10").jsonPath();

    assertThat(model.getBoolean("trained")).isTrue();
    assertThat(model.getList("labels"))
        .containsExactly(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck");
    assertThat(model.getDouble("accuracy")).isGreaterThan(0.86);
    assertThat(model.getDouble("calibration.ece_after")).isLessThan(0.03);
    assertThat(model.getString("domain.score")).isEqualTo("cosine_to_class_mean");
    assertThat(model.getInt("input_size.height")).isEqualTo(128);
    assertThat(model.getString("certificate.source")).isEqualTo("fused");
  }
}
