package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.call.Calls;
import io.github.vanillanet.serve.api.call.InferencePaths;
import io.github.vanillanet.serve.api.problem.ProblemAnswer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Refuses a body by its declared length, before a byte of it is read, with a readable answer.
 * Bodies of undeclared length are counted while they are read, see {@link BodyReader} and {@link
 * UndeclaredBody}.
 */
@Singleton
final class BodyLimit {

  /** Before every other handler. */
  private static final int FIRST = 1000;

  private final BodyBounds bounds;
  private final Calls calls;
  private final ProblemWriter problems;

  BodyLimit(BodyBounds bounds, Calls calls, ProblemWriter problems) {
    this.bounds = bounds;
    this.calls = calls;
    this.problems = problems;
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
        new ServiceException(
            ErrorCode.TOO_LARGE,
            "expected a body of at most %d bytes, found %d".formatted(limit, declared));
    if (InferencePaths.target(path, name -> false).isPresent()) {
      calls.timed(context);
    }
    problems.writeLast(context, ProblemAnswer.of(failure, path));
  }

  private static long declaredLength(RoutingContext context) {
    String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
