package io.github.vanillanet.serve.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;

/** Answers requests that fail before their route is called. Runs on the event loop. */
@Singleton
final class ErrorWriter {

  private static final long MAX_DISCARDED_BYTES = 1 << 20;

  private final ObjectMapper json;

  ErrorWriter(ObjectMapper json) {
    this.json = json;
  }

  /** Answers, and keeps the connection for the next request. */
  void write(HttpCall call, HttpError error) {
    HttpServerResponse response = call.context.response();
    if (response.closed() || response.ended()) {
      return;
    }
    error
        .retrySeconds()
        .ifPresent(wait -> response.putHeader(HttpHeaders.RETRY_AFTER, wait.toString()));
    response
        .setStatusCode(error.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, call.api.errors().mediaType())
        .end(body(call, error));
  }

  /** Answers a request whose body was not read; closes the connection unless the body is short. */
  void writeUnread(HttpCall call, HttpError error) {
    boolean chunked = call.request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    if (call.http2 || !chunked && call.declaredBytes <= MAX_DISCARDED_BYTES) {
      write(call, error);
    } else {
      writeAndClose(call, error);
    }
  }

  /** Answers, and closes the connection: the rest of the body is not read. */
  void writeAndClose(HttpCall call, HttpError error) {
    call.context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    write(call, error);
  }

  private String body(HttpCall call, HttpError error) {
    try {
      return json.writeValueAsString(call.body(error));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an error body cannot be written as JSON", e);
    }
  }
}
