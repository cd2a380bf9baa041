package io.github.vanillanet.serve.api.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Other names of the service's own paths: the paths that Vertex AI requires of a container, and
 * {@code %3A} for the colon of KServe's paths, which some clients send.
 *
 * @see <a
 *     href="https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements">the
 *     requirements</a>
 */
@Singleton
final class PathAliases {

  /** Key of the query parameters of a rerouted request, because a reroute keeps only the path. */
  static final String QUERY = "vanillanet.query";

  private static final Pattern ENCODED_COLON =
      Pattern.compile("(/v1/.*)%3[aA]((?:predict|explain)/?)");

  private final Map<String, String> paths = new HashMap<>();

  PathAliases(
      @ConfigProperty(name = "AIP_HEALTH_ROUTE") Optional<String> health,
      @ConfigProperty(name = "AIP_PREDICT_ROUTE") Optional<String> predict) {
    health.ifPresent(path -> paths.put(path, "/ping"));
    predict.ifPresent(path -> paths.put(path, "/invocations"));
    paths.entrySet().removeIf(route -> route.getKey().equals(route.getValue()));
  }

  /**
   * Reroutes a request whose path is an alias, and keeps its query under {@link #QUERY}.
   *
   * @param path normalised
   * @return false if the path is no alias
   */
  boolean reroute(RoutingContext context, String path) {
    Optional<String> own = ownPath(path);
    if (own.isPresent()) {
      context.put(QUERY, context.request().params());
      context.reroute(own.get());
    }
    return own.isPresent();
  }

  /**
   * The service's own path; empty if the path is no alias.
   *
   * @param path normalised
   */
  Optional<String> ownPath(String path) {
    String own = paths.get(path);
    if (own != null || path.indexOf('%') < 0) {
      return Optional.ofNullable(own);
    }
    Matcher encoded = ENCODED_COLON.matcher(path);
    return encoded.matches()
        ? Optional.of(encoded.group(1) + ":" + encoded.group(2))
        : Optional.empty();
  }
}
