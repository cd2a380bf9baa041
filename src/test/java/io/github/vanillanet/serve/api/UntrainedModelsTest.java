package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.serve.registry.PublishedModels;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A seeded model, which is used for timing, beside an imported one. Neither is the default. */
@QuarkusTest
@TestProfile(UntrainedModelsTest.Untrained.class)
class UntrainedModelsTest {

  private static final String IMPORTED = "imported";
  private static final String SEEDED = "vanillanet-5";

  public static final class Untrained implements QuarkusTestProfile {
    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(TwoUntrainedModels.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }
  }

  public static final class TwoUntrainedModels implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
      try {
        Path repository = Files.createTempDirectory("untrained-models");
        PublishedModels.publishUntrained(repository, IMPORTED);
        return Map.of(
            "vanillanet.seeded-models", "vanillanet_5",
            "vanillanet.repository", repository.toString(),
            "vanillanet.device", "cpu");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void stop() {
      // the service may still use the temporary folder
    }
  }

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @Test
  void aSeededModelAnswersAndIsMarkedUntrained() {
    JsonPath answer =
        given()
            .contentType("image/jpeg")
            .body(Service.jpeg())
            .post("/classify/" + SEEDED)
            .jsonPath();

    assertThat(answer.getString("model")).isEqualTo(SEEDED);
    assertThat(answer.getInt("version")).isEqualTo(1);
    assertThat(answer.getBoolean("trained")).isFalse();
    assertThat(answer.getList("predictions")).hasSize(5);
  }

  @Test
  void aSeededModelHasTheOfficialSize() {
    JsonPath model = given().get("/models/" + SEEDED).jsonPath();

    assertThat(model.getBoolean("trained")).isFalse();
    assertThat(model.getInt("classes")).isEqualTo(1000);
    assertThat(model.getInt("input_size.height")).isEqualTo(224);
    assertThat(model.getString("labels[0]")).isEqualTo("tench");
    assertThat(model.getLong("parameters")).isEqualTo(15_523_304L);
  }

  @Test
  void aRequestThatNamesNoModelIsAConflictThatListsTheModels() {
    Response body = given().contentType("image/jpeg").body(Service.jpeg()).post("/classify");
    Response upload = given().multiPart("image", "photo.jpg", Service.jpeg()).post("/classify");

    assertThat(ErrorAnswers.problem(body, 409, "MODEL_AMBIGUOUS")).contains(IMPORTED, SEEDED);
    ErrorAnswers.problem(upload, 409, "MODEL_AMBIGUOUS");
    OpenApiDocument.fetch().requireDocumented("POST", "/classify", 409, body);
  }

  @Test
  void noModelIsListedAsTheDefault() {
    assertThat(given().get("/models").jsonPath().getList("models.default")).containsOnly(false);
  }
}
