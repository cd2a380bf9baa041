package io.github.vanillanet.app;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/** Describes who can use {@code /admin}. */
final class AdminAccess {

  private static final String USERS = "quarkus.security.users.embedded.users.";
  private static final List<String> KEYS =
      List.of("mp.jwt.verify.publickey", "mp.jwt.verify.publickey.location");

  /** SmallRye JWT treats this value as absent. */
  private static final String NO_KEY = "NONE";

  private AdminAccess() {}

  /** One line for the log, without secrets. */
  static String description(Config config) {
    List<String> callers = new ArrayList<>();
    if (KEYS.stream().anyMatch(key -> isSet(config, key))) {
      callers.add(
          "callers with a token of the group admin, %s issuer and %s audience"
              .formatted(
                  isSet(config, "mp.jwt.verify.issuer") ? "the configured" : "any",
                  isSet(config, "mp.jwt.verify.audiences") ? "a configured" : "any"));
    }
    StreamSupport.stream(config.getPropertyNames().spliterator(), false)
        .filter(name -> name.startsWith(USERS))
        .map(name -> "user " + name.substring(USERS.length()).replace("\"", ""))
        .distinct()
        .sorted()
        .forEach(callers::add);
    return callers.isEmpty()
        ? "/admin is closed. To open it, set MP_JWT_VERIFY_PUBLICKEY_LOCATION for tokens, or"
            + " QUARKUS_SECURITY_USERS_EMBEDDED_USERS_ADMIN=<password> and"
            + " QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_ADMIN=admin for a user named admin"
        : "/admin is open to %s, if they have the role admin".formatted(String.join(", ", callers));
  }

  private static boolean isSet(Config config, String key) {
    return config
        .getOptionalValue(key, String.class)
        .filter(value -> !value.equals(NO_KEY))
        .isPresent();
  }
}
