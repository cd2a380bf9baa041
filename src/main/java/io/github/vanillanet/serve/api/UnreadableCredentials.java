package io.github.vanillanet.serve.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Base64;

/** Credentials that are no base64 are none; the platform would call them a bug of its own. */
@Singleton
final class UnreadableCredentials {

  /** Before whoever reads them. */
  private static final int EARLY = 1000;

  private static final String BASIC = "basic ";

  void register(@Observes Filters filters) {
    filters.register(UnreadableCredentials::check, EARLY);
  }

  private static void check(RoutingContext context) {
    String sent = context.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (sent != null && isBasic(sent) && !isBase64(sent.substring(BASIC.length()))) {
      context.request().headers().remove(HttpHeaders.AUTHORIZATION);
    }
    context.next();
  }

  private static boolean isBasic(String sent) {
    return sent.regionMatches(true, 0, BASIC, 0, BASIC.length());
  }

  private static boolean isBase64(String text) {
    try {
      Base64.getDecoder().decode(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
