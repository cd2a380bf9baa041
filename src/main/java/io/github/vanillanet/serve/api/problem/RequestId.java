package io.github.vanillanet.serve.api.problem;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** The id of a request, as it travels with it. */
public final class RequestId {

  public static final String HEADER = "x-request-id";

  /** Its name in problems and in the log. */
  public static final String MEMBER = "request_id";

  private RequestId() {}

  public static void put(RoutingContext context, String id) {
    context.put(MEMBER, id);
  }

  public static Optional<String> of(RoutingContext context) {
    return Optional.ofNullable(context.get(MEMBER));
  }
}
