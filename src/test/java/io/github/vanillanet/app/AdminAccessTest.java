package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdminAccessTest {

  private static String message(Map<String, String> settings) {
    return new AdminAccess(
            new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build())
        .message();
  }

  @Test
  void withNothingConfiguredItTellsHowToOpen() {
    assertThat(message(Map.of()))
        .startsWith("/admin is closed to everyone")
        .contains("MP_JWT_VERIFY_PUBLICKEY_LOCATION")
        .contains("QUARKUS_SECURITY_USERS_EMBEDDED_USERS_ADMIN");
  }

  @Test
  void otherwiseItTellsToWhomWithoutAnySecret() {
    String message =
        message(
            Map.of(
                "mp.jwt.verify.publickey.location", "/keys/issuer.pem",
                "quarkus.security.users.embedded.users.chief", "open sesame"));

    assertThat(message)
        .isEqualTo(
            "/admin is open to bearers of a token with the group admin, user chief, given the role"
                + " admin");
  }
}
