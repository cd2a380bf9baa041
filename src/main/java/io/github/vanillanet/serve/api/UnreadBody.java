package io.github.vanillanet.serve.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Throws away what is left of a body once its request is answered. An unread body would stand in
 * the way of the next request on its connection, which then waits for ever.
 */
@Singleton
final class UnreadBody {

  private static final int FIRST = 1000;

  void register(@Observes Filters filters) {
    filters.register(this::watch, FIRST);
  }

  private void watch(RoutingContext context) {
    context.addEndHandler(answered -> discard(context.request()));
    context.next();
  }

  private static void discard(HttpServerRequest request) {
    if (!request.isEnded()) {
      request.handler(piece -> {}); // else the reader before this keeps every piece
      request.resume();
    }
  }
}
