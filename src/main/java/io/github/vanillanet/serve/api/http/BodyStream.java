package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.vertx.core.Context;
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
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * One body. The event loop collects it, so that slow clients occupy no worker thread; then its
 * route reads it whole or in slices, without a copy. Its memory grows with the bytes that arrive,
 * to at most twice their number: a client may declare a length that it never sends. All methods but
 * those of {@link InputStream} run on the event loop of the connection.
 */
public final class BodyStream extends ByteArrayInputStream {

  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  /** Time between two checks of the pace. */
  static final long CHECK_MILLIS = 500;

  private final HttpServerRequest request;
  private final long limit;
  final BodyMemory.Room room;
  private final Consumer<BodyStream> complete;
  private final Consumer<ServiceException> rejected;

  private final long maxBuffer;
  private boolean done;

  /**
   * @param limit bytes that the body may have
   * @param complete takes the collected body
   * @param rejected takes the reason if the body is too large, too slow, evicted or damaged; not
   *     called if the client disconnects
   */
  BodyStream(
      HttpServerRequest request,
      long limit,
      BodyMemory memory,
      Consumer<BodyStream> complete,
      Consumer<ServiceException> rejected) {
    super(new byte[0]);
    this.request = request;
    this.limit = Math.min(limit, MAX_ARRAY);
    Context loop = Vertx.currentContext();
    this.room =
        new BodyMemory.Room(memory, () -> loop.runOnContext(later -> reject(BodyMemory.evicted())));
    this.complete = complete;
    this.rejected = rejected;
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    this.maxBuffer = declared == null ? this.limit : Long.parseLong(declared);
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
   * @param pace checked from time to time; while it returns nothing, the body may continue
   */
  void collect(Vertx vertx, LongFunction<Optional<ServiceException>> pace) {
    long timer =
        vertx.setPeriodic(
            CHECK_MILLIS,
            id -> {
              if (done) {
                vertx.cancelTimer(id);
              } else {
                pace.apply(request.bytesRead()).ifPresent(this::reject);
              }
            });
    request.exceptionHandler(
        failure -> {
          vertx.cancelTimer(timer);
          failed(failure);
        });
    request.endHandler(
        nothing -> {
          vertx.cancelTimer(timer);
          if (!done) {
            end();
          }
        });
    request.handler(this::add); // last, because it starts the flow of bytes
  }

  private void end() {
    try {
      room.complete();
    } catch (ServiceException e) {
      reject(e);
      return;
    }
    done = true;
    buf = count == buf.length ? buf : Arrays.copyOf(buf, count);
    complete.accept(this);
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

  private void add(Buffer piece) {
    if (done) {
      return;
    }
    int arrived = piece.length();
    long needed = count + (long) arrived;
    if (needed > limit) {
      reject(TOO_LARGE.error("expected a body of at most %d bytes, got more", limit));
      return;
    }
    int size = buf.length;
    if (needed > size) {
      size = (int) Math.min(Math.max(needed, 2L * size), maxBuffer);
    }
    try {
      room.receive(arrived, size - buf.length);
    } catch (ServiceException e) {
      reject(e);
      return;
    }
    if (size > buf.length) {
      buf = Arrays.copyOf(buf, size);
    }
    piece.getBytes(buf, count);
    count = (int) needed;
  }

  private void reject(ServiceException reason) {
    if (!done) {
      discard();
      rejected.accept(reason);
    }
  }

  private void discard() {
    done = true;
    buf = new byte[0];
    count = 0;
  }
}
