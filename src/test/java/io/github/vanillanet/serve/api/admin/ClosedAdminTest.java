package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.serve.api.LanesProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** Neither users nor a token key are configured. */
@QuarkusTest
@TestProfile(LanesProfile.class)
class ClosedAdminTest {

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
