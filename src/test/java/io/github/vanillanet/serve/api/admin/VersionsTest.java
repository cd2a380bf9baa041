package io.github.vanillanet.serve.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(AdminProfile.class)
class VersionsTest {

  private static final String NARROW = "/admin/models/" + AdminProfile.MODEL;

  @BeforeEach
  void awaitReady() {
    Admin.awaitReady();
  }

  private static int trained() {
    String id = Admin.train(ScriptedExecutor.PUBLISHES);
    Admin.events(id);
    return Admin.chief().get(Admin.TRAININGS + "/" + id).path("outcome.version");
  }

  private static List<Integer> live(Response versions) {
    assertThat(versions.statusCode()).as(versions.asString()).isEqualTo(200);
    return versions.path("versions.findAll { it.live }.version");
  }

  @Test
  void versionsAreListedActivatedAndRolledBack() {
    int first = trained();
    int second = trained();
    assertThat(live(Admin.chief().get(NARROW + "/versions"))).containsExactly(second);

    Response rolledBack = Admin.chief().post(NARROW + "/rollback");
    assertThat(live(rolledBack)).containsExactly(first);
    assertThat(Admin.chief().accept("text/plain").get("/q/metrics").asString())
        .containsPattern(
            "vanillanet_rollbacks_total\\{model=\"%s\",?} [1-9]".formatted(AdminProfile.MODEL))
        .containsPattern(
            "vanillanet_training_duration_seconds_count\\{result=\"succeeded\",?} ([2-9]|[1-9]\\d)");
    Response activated = Admin.chief().post(NARROW + "/versions/" + second + "/activate");

    assertThat(live(activated)).containsExactly(second);
    assertThat(activated.<List<Integer>>path("versions.findAll { it.rollback_target }.version"))
        .containsExactly(first);
    assertThat(activated.<List<String>>path("versions.variant")).containsOnly("vanillanet_5");
    assertThat(Admin.chief().get("/models/" + AdminProfile.MODEL).<Integer>path("version"))
        .isEqualTo(second);
  }

  @Test
  void unknownModelsAndVersionsAreNotFound() {
    Admin.problem(Admin.chief().get("/admin/models/other/versions"), 404, "MODEL_NOT_FOUND");
    Admin.problem(Admin.chief().post("/admin/models/other/rollback"), 404, "MODEL_NOT_FOUND");
    for (String version : List.of("0", "-1", "999", "x", "99999999999")) {
      Admin.problem(
          Admin.chief().post(NARROW + "/versions/" + version + "/activate"),
          404,
          "MODEL_NOT_FOUND");
    }
  }
}
