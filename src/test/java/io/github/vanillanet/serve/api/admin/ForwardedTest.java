package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A service behind a proxy: {@code quarkus.http.proxy.*} is enabled. */
@QuarkusTest
@TestProfile(ForwardedTest.BehindProxy.class)
class ForwardedTest {

  /** Headers of the proxy count. {@code *} opens reading only. */
  public static final class BehindProxy implements QuarkusTestProfile {

    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(AdminProfile.Folders.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "quarkus.http.proxy.proxy-address-forwarding", "true",
          "quarkus.http.proxy.enable-forwarded-host", "true",
          "quarkus.http.cors.enabled", "true",
          "quarkus.http.cors.origins", "*");
    }
  }

  private static Response signIn(String client, String password) {
    return given()
        .header("X-Forwarded-For", client)
        .auth()
        .preemptive()
        .basic("chief", password)
        .get(Admin.TRAININGS);
  }

  private static Response activate(String proto, String origin) {
    Admin.awaitReady();
    return Admin.chief()
        .header("Host", "internal:8080")
        .header("X-Forwarded-Host", "models.example")
        .header("X-Forwarded-Proto", proto)
        .header("Origin", origin)
        .post("/admin/models/" + AdminProfile.MODEL + "/versions/1/activate");
  }

  @Test
  void eachForwardedAddressHasItsOwnLimit() {
    for (int i = 0; i < 5; i++) {
      assertThat(signIn("192.0.2.1", "wrong").statusCode()).isEqualTo(401);
      assertThat(signIn("2001:db8::" + i, "wrong").statusCode()).isEqualTo(401);
    }

    Admin.problem(signIn("192.0.2.1", "open sesame"), 429, "TOO_MANY_SIGN_INS");
    Admin.problem(signIn("2001:db8::9", "open sesame"), 429, "TOO_MANY_SIGN_INS");
    assertThat(signIn("192.0.2.2", "open sesame").statusCode()).isEqualTo(200);
    assertThat(signIn("2001:db8:1::9", "open sesame").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "https, https://models.example",
    "https, https://models.example:443",
    "http, http://models.example"
  })
  void theForwardedOriginIsTheOwn(String proto, String origin) {
    assertThat(activate(proto, origin).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "https, http://models.example",
    "http, https://models.example",
    "https, https://internal:8080",
    "https, https://evil.example"
  })
  void otherOriginsAreRefusedAlsoIfEveryOriginMayRead(String proto, String origin) {
    Admin.problem(activate(proto, origin), 403, "FOREIGN_ORIGIN");
  }
}
