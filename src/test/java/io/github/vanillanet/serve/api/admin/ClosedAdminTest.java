package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.serve.registry.PublishedModels;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ClosedAdminTest.NoUsers.class)
class ClosedAdminTest {

  /** Neither users nor a token key are configured. */
  public static final class NoUsers implements QuarkusTestProfile {
    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(OneModel.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }
  }

  /** A repository with one model. */
  public static final class OneModel implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
      try {
        Path root = Files.createTempDirectory("closed-admin");
        PublishedModels.publish(root, AdminProfile.MODEL);
        return Map.of("vanillanet.repository", root.toString(), "vanillanet.device", "cpu");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void stop() {
      // the service may still use the temporary folder
    }
  }

  @Test
  void withoutUsersAdminIsClosedAndPublicRoutesAreOpen() {
    Admin.awaitReady();

    Admin.problem(given().get(Admin.TRAININGS), 401, "UNAUTHORIZED");
    Admin.problem(
        given().auth().preemptive().basic("admin", "admin").get(Admin.TRAININGS),
        401,
        "UNAUTHORIZED");
    Admin.problem(given().auth().oauth2("garbled").get(Admin.TRAININGS), 401, "UNAUTHORIZED");
    assertThat(given().get("/models").statusCode()).isEqualTo(200);
  }
}
