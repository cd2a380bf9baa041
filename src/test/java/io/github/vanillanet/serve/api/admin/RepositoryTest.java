package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(AdminProfile.class)
class RepositoryTest {

  private static final String NARROW = "/v2/repository/models/" + AdminProfile.MODEL;
  private static final String READY = "/v2/models/" + AdminProfile.MODEL + "/ready";

  @BeforeEach
  void awaitReady() {
    Admin.awaitReady();
  }

  @Test
  void aModelIsUnloadedAndLoadedAgain() {
    Response unloaded =
        Admin.chief()
            .body("{\"parameters\":{\"unload_dependents\":false}}")
            .post(NARROW + "/unload");
    int whileUnloaded = get(READY).statusCode();
    Response twice = Admin.chief().post(NARROW + "/unload");
    Response loaded = Admin.chief().body("{}").post(NARROW + "-image/load");

    assertThat(unloaded.statusCode()).as(unloaded.asString()).isEqualTo(200);
    assertThat(whileUnloaded).isEqualTo(404);
    assertThat(twice.statusCode()).isEqualTo(404);
    assertThat(loaded.statusCode()).as(loaded.asString()).isEqualTo(200);
    assertThat(get(READY).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:1/model.pt", "file:", "config"})
  void filesAndConfigurationCannotBeOverridden(String parameter) {
    Response response =
        Admin.chief()
            .body("{\"parameters\":{\"%s\":\"aGk=\"}}".formatted(parameter))
            .post(NARROW + "/load");

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.<String>path("error")).contains(parameter);
  }

  @Test
  void unknownModelsAreNotFoundAndOtherUsersAreForbidden() {
    for (String model : new String[] {"other", "a b"}) {
      Response response = Admin.chief().post("/v2/repository/models/{model}/load", model);
      assertThat(response.statusCode()).isEqualTo(404);
    }
    Response parent = Admin.chief().post("/v2/repository/models/{model}/load", "..");
    assertThat(parent.statusCode()).isEqualTo(400);
    Response guest =
        io.restassured.RestAssured.given()
            .auth()
            .preemptive()
            .basic("guest", "hello")
            .post(NARROW + "/load");
    assertThat(guest.statusCode()).isEqualTo(403);
    assertThat(guest.<String>path("error")).isNotBlank();
  }
}
