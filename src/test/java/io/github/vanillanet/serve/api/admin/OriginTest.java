package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as pages of several origins send them, without configured origins. */
@QuarkusTest
@TestProfile(AdminProfile.class)
class OriginTest {

  private static final String ACTIVATE =
      "/admin/models/" + AdminProfile.MODEL + "/versions/1/activate";

  @BeforeEach
  void awaitReady() {
    Admin.awaitReady();
  }

  private static Response activate(String host, String... headers) {
    RequestSpecification request = Admin.chief().header("Host", host);
    for (String header : headers) {
      String[] parts = header.split(": ?", 2);
      request.header(parts[0], parts[1]);
    }
    return request.post(ACTIVATE);
  }

  @ParameterizedTest
  @CsvSource({
    "models.example, http://models.example",
    "models.example, https://models.example",
    "models.example, https://models.example:443",
    "models.example, http://models.example:80",
    "MODELS.example, HTTP://Models.Example",
    "models.example:80, http://models.example",
    "models.example:443, https://models.example",
    "models.example:8080, http://models.example:8080",
    "127.0.0.1:8080, http://127.0.0.1:8080",
    "[::1]:8080, http://[::1]:8080",
    "[0:0:0:0:0:0:0:1]:8080, http://[::1]:8080"
  })
  void theOwnOriginMayChangeTheService(String host, String origin) {
    assertThat(activate(host, "Origin: " + origin).statusCode()).isEqualTo(200);
    assertThat(activate(host, "Origin: " + origin, "Sec-Fetch-Site: same-origin").statusCode())
        .isEqualTo(200);
    Admin.problem(
        activate(host, "Origin: " + origin, "Sec-Fetch-Site: cross-site"), 403, "FOREIGN_ORIGIN");
  }

  @ParameterizedTest
  @CsvSource({
    "models.example, http://evil.example",
    "models.example, http://models.example.evil.example",
    "models.example, http://evil.models.example",
    "models.example, http://models.example:8080",
    "models.example, https://models.example:80",
    "models.example:8080, http://models.example",
    "models.example:8080, http://models.example:8081",
    "models.example:80, https://models.example",
    "models.example, null",
    "models.example, NULL",
    "models.example, ''",
    "models.example, models.example",
    "models.example, //models.example",
    "models.example, http://models.example/",
    "models.example, http://models.example#",
    "models.example, http://evil.example@models.example",
    "models.example, http://models.example@evil.example",
    "models.example, http://models.example http://evil.example",
    "models.example, 'http://models.example, http://evil.example'",
    "models.example, file://models.example",
    "models.example, chrome-extension://models.example",
    "models.example, http://models.example:99999",
    "[::1]:8080, http://[::2]:8080",
    "[::1]:8080, http://::1:8080",
    "127.0.0.1:8080, http://localhost:8080"
  })
  void otherOriginsMayNot(String host, String origin) {
    Admin.problem(activate(host, "Origin: " + origin), 403, "FOREIGN_ORIGIN");
  }

  @Test
  void eachOfSeveralOriginHeadersCounts() {
    String own = "Origin: http://models.example";
    String evil = "Origin: http://evil.example";

    for (String[] headers : new String[][] {{own, evil}, {evil, own}}) {
      Admin.problem(activate("models.example", headers), 403, "FOREIGN_ORIGIN");
    }
    assertThat(activate("models.example", own, own).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "Cross-Site", " cross-site ", "none, cross-site"})
  void crossSiteRequestsAreRefusedWithoutAnOrigin(String site) {
    Admin.problem(activate("models.example", "Sec-Fetch-Site: " + site), 403, "FOREIGN_ORIGIN");
  }

  @Test
  void programsSendNoOriginAndPass() {
    assertThat(activate("models.example").statusCode()).isEqualTo(200);
    assertThat(activate("models.example", "Sec-Fetch-Site: none").statusCode()).isEqualTo(200);
  }

  @Test
  void forwardedHostsDoNotCountByDefault() {
    Admin.problem(
        activate(
            "internal:8080",
            "Origin: https://models.example",
            "X-Forwarded-Host: models.example",
            "X-Forwarded-Proto: https",
            "Forwarded: host=models.example;proto=https"),
        403,
        "FOREIGN_ORIGIN");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /admin/trainings",
    "POST, /admin/trainings/1/resume",
    "DELETE, /admin/trainings/1",
    "POST, /admin/models/narrow/rollback",
    "POST, /admin/models/narrow/versions/1/activate",
    "POST, /%61dmin/models/narrow/rollback",
    "PUT, /admin/anything",
    "PATCH, /admin/anything"
  })
  void everyStateChangingRouteOfAdminRefusesOtherOrigins(String method, String path) {
    Response response =
        Admin.chief()
            .urlEncodingEnabled(false)
            .header("Origin", "http://evil.example")
            .request(method, path);

    Admin.problem(response, 403, "FOREIGN_ORIGIN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"index", "models/narrow/load", "models/narrow/unload"})
  void theRepositoryRefusesThemInItsOwnErrorFormat(String path) {
    Response response =
        Admin.chief().header("Origin", "null").body("{}").post("/v2/repository/" + path);

    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.contentType()).startsWith("application/json");
    assertThat(response.<String>path("error")).contains("null");
  }

  @Test
  void readingAndClassifyingAreOpenToOtherOrigins() {
    RequestSpecification evil = given().header("Origin", "http://evil.example");

    assertThat(evil.get("/models").statusCode()).isEqualTo(200);
    assertThat(evil.contentType("image/png").body(new byte[9]).post("/classify").statusCode())
        .isEqualTo(415);
    assertThat(
            Admin.chief().header("Origin", "http://evil.example").get(Admin.TRAININGS).statusCode())
        .isEqualTo(200);
  }
}
