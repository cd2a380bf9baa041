package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.security.TestSecurity;
import io.restassured.response.Response;
import io.smallrye.jwt.build.Jwt;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(AdminProfile.class)
class AccessTest {

  private static Response withToken(PrivateKey key, String group, Instant expires) {
    String token =
        Jwt.issuer(AdminProfile.ISSUER)
            .upn("user@example")
            .groups(group)
            .expiresAt(expires)
            .sign(key);
    return given().auth().oauth2(token).get(Admin.TRAININGS);
  }

  private static Instant soon() {
    return Instant.now().plus(Duration.ofMinutes(5));
  }

  @Test
  void everyAdminRouteRequiresCredentials() {
    for (String path :
        new String[] {
          "/admin/trainings",
          "/admin/trainings/1",
          "/admin/trainings/1/events",
          "/admin/trainings/1/report",
          "/admin/models/narrow/versions"
        }) {
      Response response = given().get(path);
      Admin.problem(response, 401, "UNAUTHORIZED");
      assertThat(response.headers().getValues("WWW-Authenticate"))
          .anyMatch(scheme -> scheme.startsWith("Basic"))
          .anyMatch(scheme -> scheme.startsWith("Bearer"));
    }
    Admin.problem(given().post("/admin/models/narrow/rollback"), 401, "UNAUTHORIZED");
    Admin.problem(given().delete("/admin/trainings/1"), 401, "UNAUTHORIZED");
    Admin.problem(
        given().contentType("application/json").body("{}").post(Admin.TRAININGS),
        401,
        "UNAUTHORIZED");
    Admin.problem(
        given()
            .multiPart("spec", "{}")
            .multiPart("data", "a.zip", new byte[9])
            .post("/admin/trainings"),
        401,
        "UNAUTHORIZED");
  }

  @Test
  void aConfiguredUserWithTheRoleIsAllowed() {
    assertThat(Admin.chief().get(Admin.TRAININGS).statusCode()).isEqualTo(200);
  }

  @Test
  void aWrongPasswordOrAnUnknownUserIsRejected() {
    Admin.problem(
        given().auth().preemptive().basic("chief", "wrong").get(Admin.TRAININGS),
        401,
        "UNAUTHORIZED");
    Admin.problem(
        given().auth().preemptive().basic("stranger", "").get(Admin.TRAININGS),
        401,
        "UNAUTHORIZED");
  }

  @Test
  void invalidBase64CredentialsAreRejected() {
    for (String sent : new String[] {"Basic !!!", "basic a", "Basic", "Basic \u00ff"}) {
      Admin.problem(
          given().header("Authorization", sent).get(Admin.TRAININGS), 401, "UNAUTHORIZED");
    }
  }

  @Test
  void aUserWithoutTheRoleIsForbidden() {
    assertThat(
            Admin.problem(
                given().auth().preemptive().basic("guest", "hello").get(Admin.TRAININGS),
                403,
                "FORBIDDEN"))
        .contains("admin");
  }

  @Test
  void aTokenWithTheGroupIsAllowed() throws Exception {
    assertThat(withToken(AdminProfile.issuerKey(), "admin", soon()).statusCode()).isEqualTo(200);
  }

  @Test
  void aTokenWithoutTheGroupIsForbidden() throws Exception {
    Admin.problem(withToken(AdminProfile.issuerKey(), "reader", soon()), 403, "FORBIDDEN");
  }

  @Test
  void anExpiredAForgedOrAnInvalidTokenIsRejected() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    PrivateKey otherKey = generator.generateKeyPair().getPrivate();

    Admin.problem(
        withToken(AdminProfile.issuerKey(), "admin", Instant.now().minus(Duration.ofHours(1))),
        401,
        "UNAUTHORIZED");
    Admin.problem(withToken(otherKey, "admin", soon()), 401, "UNAUTHORIZED");
    Admin.problem(given().auth().oauth2("garbled").get(Admin.TRAININGS), 401, "UNAUTHORIZED");
  }

  @Test
  @TestSecurity(user = "tester", roles = "admin")
  void anyUserWithTheRoleIsAllowed() {
    assertThat(given().get(Admin.TRAININGS).statusCode()).isEqualTo(200);
  }

  @Test
  @TestSecurity(user = "tester", roles = "reader")
  void anotherRoleIsForbidden() {
    Admin.problem(given().get(Admin.TRAININGS), 403, "FORBIDDEN");
  }

  @Test
  void publicRoutesIgnoreInvalidCredentials() {
    assertThat(given().auth().oauth2("garbled").get("/models").statusCode()).isEqualTo(200);
    assertThat(given().auth().preemptive().basic("a", "b").get("/q/health/live").statusCode())
        .isEqualTo(200);
  }
}
