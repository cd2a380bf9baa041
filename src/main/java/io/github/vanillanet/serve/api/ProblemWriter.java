package io.github.vanillanet.serve.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.serve.api.problem.ProblemAnswer;
import io.github.vanillanet.serve.api.problem.RequestId;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/** Writes problems before any resource is reached. Of the event loop; never blocks. */
@Singleton
final class ProblemWriter {

  private final ObjectMapper json;

  ProblemWriter(ObjectMapper json) {
    this.json = json;
  }

  /** Answers, and leaves the connection to the next request. */
  void write(RoutingContext context, ProblemAnswer problem) {
    HttpServerResponse response = context.response();
    if (response.closed() || response.ended()) {
      return;
    }
    ProblemAnswer answer = RequestId.of(context).map(problem::withRequestId).orElse(problem);
    answer
        .retrySeconds()
        .ifPresent(wait -> response.putHeader(HttpHeaders.RETRY_AFTER, wait.toString()));
    response
        .setStatusCode(answer.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, answer.mediaType())
        .end(body(answer));
  }

  /** Answers, and tells the client that what it is still sending is never read. */
  void writeLast(RoutingContext context, ProblemAnswer problem) {
    context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    write(context, problem);
  }

  private String body(ProblemAnswer answer) {
    try {
      return json.writeValueAsString(answer.entity());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a problem is always JSON", e);
    }
  }
}
