package io.github.vanillanet.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.rest.problem.ProblemAnswer;
import io.github.vanillanet.rest.problem.RequestId;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Refuses a body by its declared length, before a byte of it is read, with a readable answer.
 * Bodies of undeclared length are counted while they are read, see {@link UndeclaredBody}.
 */
@Singleton
final class BodyLimit {

  /** Before every other handler. */
  private static final int FIRST = 1000;

  private final BodyBounds bounds;
  private final ObjectMapper json;

  BodyLimit(BodyBounds bounds, ObjectMapper json) {
    this.bounds = bounds;
    this.json = json;
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, FIRST);
  }

  private void check(RoutingContext context) {
    String path = context.normalizedPath();
    long limit = bounds.at(path);
    long declared = declaredLength(context);
    if (declared <= limit) {
      context.next();
      return;
    }
    ServiceException failure =
        new ServiceException.TooLarge(
            "expected a body of at most %d bytes, found %d".formatted(limit, declared));
    ProblemAnswer anonymous = ProblemAnswer.of(failure, path);
    ProblemAnswer refusal = RequestId.of(context).map(anonymous::withRequestId).orElse(anonymous);
    context
        .response()
        .setStatusCode(refusal.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, refusal.mediaType())
        // what the client is still sending is never read
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(body(refusal));
  }

  private static long declaredLength(RoutingContext context) {
    String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private String body(ProblemAnswer refusal) {
    try {
      return json.writeValueAsString(refusal.entity());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a problem is always JSON", e);
    }
  }
}
