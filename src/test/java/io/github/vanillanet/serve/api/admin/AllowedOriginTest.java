package io.github.vanillanet.serve.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of pages of other origins, some of which {@code quarkus.http.cors.origins} lists. */
@QuarkusTest
@TestProfile(SecuredProfile.class)
class AllowedOriginTest {

  private static Response activate(String origin, String site) {
    Admin.awaitReady();
    return Admin.chief()
        .header("Origin", origin)
        .header("Sec-Fetch-Site", site)
        .post("/admin/models/" + AdminProfile.MODEL + "/versions/1/activate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://console.example", "https://editor.tools.example"})
  void aConfiguredOriginMayChangeTheService(String origin) {
    Response response = activate(origin, "cross-site");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.header("Access-Control-Allow-Origin")).isEqualTo(origin);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://console.example",
        "https://console.example:8443",
        "https://console.example.evil.example",
        "https://a.b.tools.example",
        "https://xtools.example",
        "null"
      })
  void otherOriginsMayNot(String origin) {
    Admin.problem(activate(origin, "same-site"), 403, "FOREIGN_ORIGIN");
  }

  @Test
  void eachOfSeveralOriginsMustBeConfigured() {
    Admin.awaitReady();
    Response response =
        Admin.chief()
            .header("Origin", "https://console.example", "https://evil.example")
            .post("/admin/models/" + AdminProfile.MODEL + "/rollback");

    Admin.problem(response, 403, "FOREIGN_ORIGIN");
  }
}
