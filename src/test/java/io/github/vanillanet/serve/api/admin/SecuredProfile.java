package io.github.vanillanet.serve.api.admin;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/**
 * As {@link AdminProfile}, with bcrypt passwords, an audience of tokens, allowed origins, and a
 * short memory of failed sign-ins. The password of {@code warden}, {@code second} and {@code
 * reader} is {@code open sesame}.
 */
public final class SecuredProfile implements QuarkusTestProfile {

  static final String AUDIENCE = "https://models.example";
  static final int FAILURES = 5;
  static final int ADDRESS_FAILURES = 12;

  private static final String USER = "quarkus.security.users.embedded.users.";
  private static final String ROLE = "quarkus.security.users.embedded.roles.";

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
    return Map.ofEntries(
        Map.entry(USER + "warden", "$2a$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy"),
        Map.entry(ROLE + "warden", "auditor, admin"),
        Map.entry(USER + "second", "$2b$06$N9qo8uLOickgx2ZMRZoMyeDtmp85Ky7HEKL9MTvvAWvKjgBrPz1wi"),
        Map.entry(ROLE + "second", "admin"),
        Map.entry(USER + "reader", "$2b$06$N9qo8uLOickgx2ZMRZoMyeDtmp85Ky7HEKL9MTvvAWvKjgBrPz1wi"),
        Map.entry("vanillanet.sign-in.window", "3S"),
        Map.entry("vanillanet.sign-in.failures", String.valueOf(FAILURES)),
        Map.entry("vanillanet.sign-in.address-failures", String.valueOf(ADDRESS_FAILURES)),
        Map.entry("mp.jwt.verify.audiences", AUDIENCE + ",other"),
        Map.entry("quarkus.http.cors.enabled", "true"),
        Map.entry(
            "quarkus.http.cors.origins",
            "https://console.example,/https:\\/\\/[a-z]+\\.tools\\.example/,/.*l/"),
        Map.entry("quarkus.http.auth.permission.models.paths", "/models"),
        Map.entry("quarkus.http.auth.permission.models.methods", "HEAD"),
        Map.entry("quarkus.http.auth.permission.models.policy", "authenticated"));
  }
}
