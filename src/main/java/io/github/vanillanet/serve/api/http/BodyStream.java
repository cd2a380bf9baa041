package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * One body. The event loop collects it, so that slow clients occupy no worker thread; then its
 * route reads it whole or in slices, without a copy. The buffer grows with the bytes that arrive,
 * because a declared length may be wrong.
 */
public final class BodyStream extends ByteArrayInputStream {

  private static final int INITIAL_BYTES = 1 << 20;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final HttpServerRequest request;
  private final long limit;
  private final BodyMemory.Room room;
  private final Consumer<BodyStream> complete;
  private final Consumer<ServiceException> rejected;

  private final long maxBuffer;
  private long reserved; // bytes that the room has for sure
  private int lengthAtLastCheck = -1;
  private boolean done;

  /**
   * @param limit bytes that the body may have
   * @param room has the declared length, if any, and grows with the body
   * @param complete takes the collected body
   * @param rejected takes the reason if the body is too large, stops, or is damaged; not called if
   *     the client disconnects
   */
  BodyStream(
      HttpServerRequest request,
      long limit,
      BodyMemory.Room room,
      Consumer<BodyStream> complete,
      Consumer<ServiceException> rejected) {
    super(new byte[0]);
    this.request = request;
    this.limit = Math.min(limit, MAX_ARRAY);
    this.room = room;
    this.complete = complete;
    this.rejected = rejected;
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    this.reserved = declared == null ? 0 : Long.parseLong(declared);
    this.maxBuffer = declared == null ? this.limit : reserved;
    this.buf = new byte[(int) Math.min(INITIAL_BYTES, reserved)];
  }

  /**
   * All bytes of a body, without a copy if it was collected; its length is limited before it gets
   * here.
   */
  public static byte[] bytes(InputStream body) {
    try {
      return body.readAllBytes();
    } catch (IOException e) {
      throw INVALID_REQUEST.error("the body ended early: %s", e.getMessage());
    }
  }

  @Override
  public synchronized byte[] readAllBytes() {
    if (pos == 0) {
      pos = count;
      return buf;
    }
    return super.readAllBytes();
  }

  /** The next {@code length} bytes, or those that are left, as a view. */
  public synchronized ByteBuffer slice(int length) {
    int taken = Math.min(length, count - pos);
    ByteBuffer view = ByteBuffer.wrap(buf, pos, taken).slice();
    pos += taken;
    return view;
  }

  /**
   * @param idleTimeout rejects the body when no byte has arrived for so long
   */
  void collect(Vertx vertx, Duration idleTimeout) {
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
            buf = count == buf.length ? buf : Arrays.copyOf(buf, count);
            complete.accept(this);
          }
        });
    request.handler(this::add); // last, because it starts the flow of bytes
  }

  /** The client has disconnected, or its chunks are malformed. */
  private void failed(Throwable failure) {
    if (done || failure instanceof IOException || failure instanceof HttpClosedException) {
      discard();
      return;
    }
    reject(INVALID_REQUEST.error("the body's chunks are malformed: %s", failure.getMessage()));
    if (request.connection() instanceof ConnectionBase connection) {
      connection.channel().flush(); // Vert.x closes the connection next, without flushing
    }
  }

  private void checkProgress(Duration idleTimeout) {
    if (!done && count == lengthAtLastCheck) {
      reject(
          INVALID_REQUEST.error(
              "the body stopped after %d bytes: no more arrived for %d s",
              count, idleTimeout.toSeconds()));
    }
    lengthAtLastCheck = count;
  }

  private void add(Buffer piece) {
    if (done) {
      return;
    }
    long needed = count + (long) piece.length();
    if (needed > limit) {
      reject(TOO_LARGE.error("expected a body of at most %d bytes, got more", limit));
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
    if (needed > buf.length) {
      long larger = Math.max(needed, 2L * buf.length);
      buf = Arrays.copyOf(buf, (int) Math.min(larger, maxBuffer));
    }
    piece.getBytes(buf, count);
    count = (int) needed;
  }

  private void reject(ServiceException reason) {
    discard();
    rejected.accept(reason);
  }

  private void discard() {
    done = true;
    buf = new byte[0];
    count = 0;
  }
}
