package io.github.vanillanet.serve.api.http;

import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/** Answers requests that the router rejects before any filter. */
final class UnroutableRequests {

  private final ErrorWriter errors;
  private final Function<RoutingContext, HttpCall> begin;

  /**
   * @param begin makes the call of a request whose path is invalid
   */
  UnroutableRequests(ErrorWriter errors, Function<RoutingContext, HttpCall> begin) {
    this.errors = errors;
    this.begin = begin;
  }

  /** Answers a request without a host, or with a target that is not a path. */
  void answer(RoutingContext context) {
    int status = context.statusCode();
    String target = context.request().uri();
    Throwable undecodable = context.request().decoderResult().cause();
    if (context.response().headWritten()) {
      context.next();
    } else if (undecodable != null) {
      errors.writeAndClose(begin.apply(context), UndecodableHead.error(undecodable));
    } else if (status == 400) {
      Throwable cause = context.failure();
      reject(context, status, "invalid request: " + (cause == null ? "" : cause.getMessage()));
    } else if (status == 404 && !target.startsWith("/")) {
      reject(context, status, "expected a path that begins with '/', got '%s'".formatted(target));
    } else {
      context.next();
    }
  }

  private void reject(RoutingContext context, int status, String detail) {
    HttpCall call = begin.apply(context);
    errors.write(call, HttpError.of(status, detail));
  }
}
