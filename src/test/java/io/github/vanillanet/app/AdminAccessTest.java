package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdminAccessTest {

  private static String description(Map<String, String> settings) {
    return AdminAccess.description(
        new SmallRyeConfigBuilder()
            .withSources(new PropertiesConfigSource(settings, "test", 100))
            .build());
  }

  @Test
  void withoutUsersAndKeysTheLogNamesTheSettingsThatOpenAdmin() {
    assertThat(description(Map.of()))
        .contains("closed")
        .contains("MP_JWT_VERIFY_PUBLICKEY_LOCATION")
        .contains("QUARKUS_SECURITY_USERS_EMBEDDED_USERS_ADMIN");
  }

  @Test
  void theValueNONEMeansNoKey() {
    assertThat(description(Map.of("mp.jwt.verify.publickey", "NONE"))).contains("closed");
  }

  @Test
  void withUsersOrKeysTheLogNamesTheCallersAndNoSecret() {
    String description =
        description(
            Map.of(
                "mp.jwt.verify.publickey.location", "/keys/issuer.pem",
                "quarkus.security.users.embedded.users.chief", "open sesame"));

    assertThat(description)
        .contains("open to", "token", "any issuer", "any audience", "user chief")
        .doesNotContain("closed", "sesame");
  }

  @Test
  void theLogNamesWhichClaimsAreChecked() {
    String description =
        description(
            Map.of(
                "mp.jwt.verify.publickey.location", "/keys/issuer.pem",
                "mp.jwt.verify.issuer", "https://issuer.example",
                "mp.jwt.verify.audiences", "https://models.example"));

    assertThat(description).contains("token").doesNotContain("any");
  }
}
