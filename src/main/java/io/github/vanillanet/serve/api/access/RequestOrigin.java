package io.github.vanillanet.serve.api.access;

import static io.github.vanillanet.base.error.ErrorCode.FOREIGN_ORIGIN;

import io.github.vanillanet.base.error.ServiceException;
import io.netty.util.NetUtil;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.cors.CORSFilter;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses requests with an unsafe method that a page of another origin sends. A browser adds
 * credentials that it has cached to them (cross-site request forgery). Programs other than browsers
 * send no {@code Origin} and pass.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6454">The web origin concept</a>
 */
@Singleton
public final class RequestOrigin {

  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private static final String SITE_HEADER = "Sec-Fetch-Site";
  private static final String CROSS_SITE = "cross-site";
  private static final String OPAQUE = "null";

  /** Longer than every real origin; bounds the work of configured expressions. */
  private static final int MAX_LENGTH = 300;

  /** Quarkus allows every origin for these. They name none, so they do not open administration. */
  private static final Set<String> ANY = Set.of("*", "/.*/");

  private static final Pattern ORIGIN =
      Pattern.compile("(https?)://(\\[[0-9a-f:.]+]|[^\\[\\]:/?#@\\\\\\s,]+)(?::([0-9]{1,5}))?");

  /** An origin in lower case, with its port. */
  private record Origin(String scheme, String host, int port) {

    static Optional<Origin> parse(String text) {
      Matcher matcher = ORIGIN.matcher(text.toLowerCase(Locale.ROOT));
      if (!matcher.matches()) {
        return Optional.empty();
      }
      String scheme = matcher.group(1);
      int port =
          matcher.group(3) == null ? defaultPort(scheme) : Integer.parseInt(matcher.group(3));
      return Optional.of(new Origin(scheme, canonical(matcher.group(2)), port));
    }

    static int defaultPort(String scheme) {
      return scheme.equals("https") ? 443 : 80;
    }
  }

  private final boolean forwarded;
  private final List<String> allowed;
  private final List<Optional<Origin>> allowedOrigins;
  private final List<Pattern> allowedPatterns;

  RequestOrigin(VertxHttpConfig http) {
    forwarded = http.proxy().proxyAddressForwarding();
    List<String> origins = http.corsEnabled() ? http.cors().origins().orElse(List.of()) : List.of();
    allowed = origins.stream().filter(origin -> !ANY.contains(origin)).toList();
    allowedOrigins = allowed.stream().map(Origin::parse).toList();
    allowedPatterns = CORSFilter.parseAllowedOriginsRegex(Optional.of(allowed));
  }

  /** The reason why a request is refused with 403, if any. */
  public Optional<ServiceException> objection(HttpServerRequest request) {
    if (SAFE.contains(request.method())) {
      return Optional.empty();
    }
    MultiMap headers = request.headers();
    List<String> origins = headers.getAll(HttpHeaders.ORIGIN);
    boolean configured = !origins.isEmpty() && origins.stream().allMatch(this::isConfigured);
    if (configured) {
      return Optional.empty();
    }
    for (String origin : origins) {
      if (!isConfigured(origin) && !isOwn(origin, request)) {
        return Optional.of(
            FOREIGN_ORIGIN.error(
                "a page of the origin '%s' must not change this service at '%s'. Allow it with"
                    + " quarkus.http.cors.origins; behind a proxy, see quarkus.http.proxy.*",
                origin, request.authority()));
      }
    }
    return headers.getAll(SITE_HEADER).stream().anyMatch(RequestOrigin::isCrossSite)
        ? Optional.of(FOREIGN_ORIGIN.error("a page of another site must not change this service"))
        : Optional.empty();
  }

  private static boolean isCrossSite(String value) {
    return value.toLowerCase(Locale.ROOT).contains(CROSS_SITE);
  }

  private boolean isConfigured(String origin) {
    return origin.length() <= MAX_LENGTH
        && !origin.equalsIgnoreCase(OPAQUE)
        && (allowed.contains(origin)
            || CORSFilter.isOriginAllowedByRegex(allowedPatterns, origin)
            || Origin.parse(origin).isPresent() && allowedOrigins.contains(Origin.parse(origin)));
  }

  /**
   * Compares host and port. The scheme counts only where it is known: over TLS, and behind a proxy
   * whose headers count. Otherwise a proxy may have ended TLS.
   */
  private boolean isOwn(String text, HttpServerRequest request) {
    Optional<Origin> origin = Origin.parse(text);
    if (origin.isEmpty()) {
      return false;
    }
    String scheme = origin.get().scheme();
    boolean knowsScheme = forwarded || request.isSSL();
    if (knowsScheme && !scheme.equalsIgnoreCase(request.scheme())) {
      return false;
    }
    // not its parsed form, which omits the port 80
    String host = request.getHeader(HttpHeaders.HOST);
    String own = host == null ? String.valueOf(request.authority()) : host; // HTTP/2 has no Host
    return Origin.parse(scheme + "://" + own).equals(origin);
  }

  /** IPv6 addresses have several spellings. */
  private static String canonical(String host) {
    byte[] address = host.startsWith("[") ? NetUtil.createByteArrayFromIpAddressString(host) : null;
    return address == null ? host : NetUtil.bytesToIpAddress(address);
  }
}
