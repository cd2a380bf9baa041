package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** Tokens of a service with an issuer and two audiences. */
@QuarkusTest
@TestProfile(SecuredProfile.class)
class TokenTest {

  private static JwtClaimsBuilder claims(String issuer, String... audience) {
    JwtClaimsBuilder claims =
        Jwt.issuer(issuer).upn("user@example").groups("admin").expiresIn(Duration.ofMinutes(5));
    return audience.length == 0 ? claims : claims.audience(Set.of(audience));
  }

  private static Response send(String token) {
    return given().auth().oauth2(token).get(Admin.TRAININGS);
  }

  private static Response send(JwtClaimsBuilder claims) throws Exception {
    return send(claims.sign(AdminProfile.issuerKey()));
  }

  @Test
  void aTokenNeedsTheIssuerAndOneOfTheAudiences() throws Exception {
    assertThat(send(claims(AdminProfile.ISSUER, SecuredProfile.AUDIENCE)).statusCode())
        .isEqualTo(200);
    assertThat(send(claims(AdminProfile.ISSUER, "third", "other")).statusCode()).isEqualTo(200);

    Admin.problem(send(claims(AdminProfile.ISSUER, "third")), 401, "UNAUTHORIZED");
    Admin.problem(send(claims(AdminProfile.ISSUER)), 401, "UNAUTHORIZED");
    Admin.problem(
        send(claims("https://evil.example", SecuredProfile.AUDIENCE)), 401, "UNAUTHORIZED");
    Admin.problem(
        send(claims(AdminProfile.ISSUER + "/", SecuredProfile.AUDIENCE)), 401, "UNAUTHORIZED");
  }

  @Test
  void aTokenWithoutASignatureOrSignedWithThePublicKeyIsRejected() {
    String key = ConfigProvider.getConfig().getValue("mp.jwt.verify.publickey", String.class);
    JwtClaimsBuilder claims = claims(AdminProfile.ISSUER, SecuredProfile.AUDIENCE);
    String signed =
        claims.sign(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    String header =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
    String unsigned = header + "." + signed.split("\\.")[1] + ".";

    Admin.problem(send(signed), 401, "UNAUTHORIZED");
    Admin.problem(send(unsigned), 401, "UNAUTHORIZED");
  }
}
