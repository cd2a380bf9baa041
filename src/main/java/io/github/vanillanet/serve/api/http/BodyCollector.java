package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Collects one body on the event loop, so that slow clients occupy no worker thread. The buffer
 * grows with the bytes that arrive, because a declared length may be wrong. Used by one event loop.
 */
final class BodyCollector {

  private static final int INITIAL_BYTES = 1 << 20;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final HttpServerRequest request;
  private final long limit;
  private final BodyMemory.Room room;
  private final Consumer<byte[]> complete;
  private final Consumer<ServiceException> rejected;

  private final long maxBuffer;
  private long reserved; // bytes that the room has reserved
  private byte[] bytes;
  private int length;
  private int lengthAtLastCheck = -1;
  private boolean done;

  /**
   * @param limit largest body in bytes
   * @param room has the declared length, if any, and grows with the body
   * @param complete receives the body
   * @param rejected receives the reason if the body is too large, incomplete, or damaged; not
   *     called if the client disconnects
   */
  BodyCollector(
      HttpServerRequest request,
      long limit,
      BodyMemory.Room room,
      Consumer<byte[]> complete,
      Consumer<ServiceException> rejected) {
    this.request = request;
    this.limit = Math.min(limit, MAX_ARRAY);
    this.room = room;
    this.complete = complete;
    this.rejected = rejected;
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    this.reserved = declared == null ? 0 : Long.parseLong(declared);
    this.maxBuffer = declared == null ? this.limit : Long.parseLong(declared);
    this.bytes = new byte[declared == null ? 0 : (int) Math.min(INITIAL_BYTES, maxBuffer)];
  }

  /**
   * @param idleTimeout rejects the body when no byte has arrived for this long
   */
  void start(Vertx vertx, Duration idleTimeout) {
    long timer = vertx.setPeriodic(idleTimeout.toMillis(), id -> checkProgress(idleTimeout));
    request.exceptionHandler(
        failure -> {
          vertx.cancelTimer(timer);
          failed(failure);
        });
    request.endHandler(
        nothing -> {
          vertx.cancelTimer(timer);
          if (!done) {
            done = true;
            complete.accept(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
          }
        });
    request.handler(this::add); // last, because it starts the flow of bytes
  }

  /** The client has disconnected, or its chunks are malformed. */
  private void failed(Throwable failure) {
    if (done || failure instanceof IOException || failure instanceof HttpClosedException) {
      done = true;
      bytes = new byte[0];
      return;
    }
    reject(ErrorCode.INVALID_REQUEST, "the body's chunks are malformed: " + failure.getMessage());
    if (request.connection() instanceof ConnectionBase connection) {
      connection.channel().flush(); // Vert.x closes the connection next, without flushing
    }
  }

  private void checkProgress(Duration idleTimeout) {
    if (!done && length == lengthAtLastCheck) {
      reject(
          ErrorCode.INVALID_REQUEST,
          "the body stopped after %d bytes: no more arrived for %d s"
              .formatted(length, idleTimeout.toSeconds()));
    }
    lengthAtLastCheck = length;
  }

  private void add(Buffer piece) {
    if (done) {
      return;
    }
    long needed = length + (long) piece.length();
    if (needed > limit) {
      reject(ErrorCode.TOO_LARGE, "expected a body of at most %d bytes, got more".formatted(limit));
      return;
    }
    if (needed > reserved) {
      try {
        room.atLeast(needed);
        reserved = needed;
      } catch (ServiceException e) {
        reject(e);
        return;
      }
    }
    if (needed > bytes.length) {
      long larger = Math.max(needed, 2L * bytes.length);
      bytes = Arrays.copyOf(bytes, (int) Math.min(larger, maxBuffer));
    }
    piece.getBytes(bytes, length);
    length = (int) needed;
  }

  private void reject(ErrorCode code, String message) {
    reject(code.error(message));
  }

  private void reject(ServiceException reason) {
    done = true;
    bytes = new byte[0];
    rejected.accept(reason);
  }
}
