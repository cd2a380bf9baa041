package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.serve.registry.PublishedModels;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two untrained models and no default. */
@QuarkusTest
@TestProfile(NoDefaultModelTest.Untrained.class)
class NoDefaultModelTest {

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
        Path repository = Files.createTempDirectory("two-untrained-models");
        PublishedModels.publishUntrained(repository, "one");
        PublishedModels.publishUntrained(repository, "two");
        return Map.of("vanillanet.repository", repository.toString(), "vanillanet.device", "cpu");
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
  void aRequestThatNamesNoModelIsAConflictThatListsTheModels() {
    Response body = given().contentType("image/jpeg").body(Service.jpeg()).post("/classify");
    Response upload = given().multiPart("image", "photo.jpg", Service.jpeg()).post("/classify");

    assertThat(ErrorAnswers.problem(body, 409, "MODEL_AMBIGUOUS")).contains("one", "two");
    ErrorAnswers.problem(upload, 409, "MODEL_AMBIGUOUS");
    OpenApiDocument.fetch().requireDocumented("POST", "/classify", 409, body);
  }

  @Test
  void noModelIsListedAsTheDefault() {
    assertThat(given().get("/models").jsonPath().getList("models.default")).containsOnly(false);
  }
}
