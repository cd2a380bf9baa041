package io.github.vanillanet.serve.api;

import io.github.vanillanet.serve.api.problem.RequestId;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * Gives every request an id, its client's if that sent a sane one: it is echoed in the answer and
 * stands in problems and in the log.
 */
@Singleton
final class RequestIds {

  /** Before the filters that answer. */
  private static final int FIRST = 2000;

  private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:/+=@-]{1,128}");

  void register(@Observes Filters filters) {
    filters.register(RequestIds::identify, FIRST);
  }

  private static void identify(RoutingContext context) {
    ensure(context);
    context.next();
  }

  /** Gives the request its id if it has none yet. */
  static void ensure(RoutingContext context) {
    if (RequestId.of(context).isPresent()) {
      return;
    }
    String sent = context.request().getHeader(RequestId.HEADER);
    String id = sent != null && SANE.matcher(sent).matches() ? sent : UUID.randomUUID().toString();
    RequestId.put(context, id);
    context.response().putHeader(RequestId.HEADER, id);
    MDC.put(RequestId.MEMBER, id);
  }
}
