package io.github.vanillanet.app;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** Tells at start-up to whom {@code /admin} is open, or how to open it. */
@Singleton
final class AdminAccess {

  private static final Logger LOG = Logger.getLogger(AdminAccess.class);

  private static final String USERS = "quarkus.security.users.embedded.users.";
  private static final List<String> KEYS =
      List.of("mp.jwt.verify.publickey", "mp.jwt.verify.publickey.location");

  private final Config config;

  AdminAccess(Config config) {
    this.config = config;
  }

  void tell(@Observes StartupEvent event) {
    LOG.info(message());
  }

  String message() {
    List<String> open = new ArrayList<>();
    if (KEYS.stream().anyMatch(key -> config.getOptionalValue(key, String.class).isPresent())) {
      open.add("bearers of a token with the group admin");
    }
    StreamSupport.stream(config.getPropertyNames().spliterator(), false)
        .filter(name -> name.startsWith(USERS))
        .map(name -> "user " + name.substring(USERS.length()).replace("\"", ""))
        .distinct()
        .sorted()
        .forEach(open::add);
    return open.isEmpty()
        ? "/admin is closed to everyone; open it with MP_JWT_VERIFY_PUBLICKEY_LOCATION for tokens,"
            + " or QUARKUS_SECURITY_USERS_EMBEDDED_USERS_ADMIN=<password> and"
            + " QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_ADMIN=admin for a user called admin"
        : "/admin is open to " + String.join(", ", open) + ", given the role admin";
  }
}
