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
@TestProfile(SeededModelsTest.OneSeeded.class)
class SeededModelsTest {

  /** A seeded model, which is used for timing. */
  public static final class OneSeeded implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        return Map.of(
            "vanillanet.seeded-models",
            "vanillanet_5",
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
  void aSeededModelAnswersAndIsMarkedUntrained() {
    JsonPath answer =
        given().contentType("image/jpeg").body(Service.jpeg()).post("/classify").jsonPath();

    assertThat(answer.getString("model")).isEqualTo("vanillanet-5");
    assertThat(answer.getInt("version")).isEqualTo(1);
    assertThat(answer.getBoolean("trained")).isFalse();
    assertThat(answer.getList("predictions")).hasSize(5);
  }

  @Test
  void aSeededModelHasTheOfficialSize() {
    JsonPath model = given().get("/models/vanillanet-5").jsonPath();

    assertThat(model.getBoolean("trained")).isFalse();
    assertThat(model.getInt("classes")).isEqualTo(1000);
    assertThat(model.getInt("input_size.height")).isEqualTo(224);
    assertThat(model.getString("labels[0]")).isEqualTo("tench");
    assertThat(model.getLong("parameters")).isEqualTo(15_523_304L);
  }
}
