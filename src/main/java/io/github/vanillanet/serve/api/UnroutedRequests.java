package io.github.vanillanet.serve.api;

import io.github.vanillanet.serve.api.problem.ProblemAnswer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;

/**
 * Bodies for requests that no route ever sees. The HTTP layer answers those with a status alone,
 * and what is over its own limits before anybody is asked: so its limits are above those that are
 * held here.
 */
@Singleton
final class UnroutedRequests {

  /** Above all that answer, below the request's id. */
  private static final int EARLY = 1500;

  private static final int LONGEST_URI = 8 * 1024;
  private static final int LONGEST_HEADERS = 32 * 1024;

  private final ProblemWriter problems;

  UnroutedRequests(ProblemWriter problems) {
    this.problems = problems;
  }

  void register(@Observes Router router) {
    router.route().order(EARLY).failureHandler(this::failed);
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, EARLY);
  }

  private void check(RoutingContext context) {
    HttpServerRequest request = context.request();
    int uri = request.uri().length();
    int headers = 0;
    for (Map.Entry<String, String> header : request.headers()) {
      headers += header.getKey().length() + header.getValue().length();
    }
    if (uri > LONGEST_URI) {
      refuse(
          context, 414, "expected a URL of at most %d bytes, found %d".formatted(LONGEST_URI, uri));
    } else if (headers > LONGEST_HEADERS) {
      refuse(
          context,
          431,
          "expected headers of at most %d bytes, found %d".formatted(LONGEST_HEADERS, headers));
    } else {
      whyNoUri(request.uri())
          .ifPresentOrElse(
              why -> refuse(context, 400, "expected a URI: " + why), () -> context.next());
    }
  }

  private static Optional<String> whyNoUri(String text) {
    try {
      new URI(text);
      return Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.of("%s at %d".formatted(e.getReason(), e.getIndex()));
    }
  }

  /** What the router itself refuses: a head without a host, a target that is no path. */
  private void failed(RoutingContext context) {
    int status = context.statusCode();
    if (context.response().headWritten()) {
      context.next();
    } else if (status == 400) {
      Throwable cause = context.failure();
      String why = cause == null ? "" : String.valueOf(cause.getMessage());
      refuse(context, status, "the request's head cannot be read: " + why);
    } else if (status == 404 && !context.request().uri().startsWith("/")) {
      refuse(context, status, "expected a path that begins with '/'");
    } else {
      context.next();
    }
  }

  private void refuse(RoutingContext context, int status, String detail) {
    RequestIds.ensure(context);
    String path = context.request().path();
    problems.write(
        context,
        ProblemAnswer.of(status, detail, path != null && path.startsWith("/") ? path : "/"));
  }
}
