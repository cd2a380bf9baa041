package io.github.vanillanet.serve.api;

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
 * Collects one body on the event loop, so that no thread waits for a slow client and none is woken
 * for each piece. Grows with what arrives: a declared length may lie. Of one event loop.
 */
final class BodyReader {

  private static final int FIRST_BYTES = 1 << 20;

  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final HttpServerRequest request;
  private final long bound;
  private final BodyMemory.Room room;
  private final Consumer<byte[]> whole;
  private final Consumer<ServiceException> refused;

  private final long most;
  private byte[] bytes;
  private int length;
  private int lengthAtLastLook = -1;
  private boolean done;

  /**
   * @param bound bytes that the body may have
   * @param room grows with the body
   * @param whole gets the body, nobody else keeps it
   * @param refused gets the reason, if it is too large or stops; not called if the client leaves
   */
  BodyReader(
      HttpServerRequest request,
      long bound,
      BodyMemory.Room room,
      Consumer<byte[]> whole,
      Consumer<ServiceException> refused) {
    this.request = request;
    this.bound = Math.min(bound, LARGEST_ARRAY);
    this.room = room;
    this.whole = whole;
    this.refused = refused;
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean isDeclared = length != null;
    this.most = isDeclared ? Long.parseLong(length) : this.bound; // one that is none got no further
    this.bytes = new byte[isDeclared ? (int) Math.min(FIRST_BYTES, most) : 0];
  }

  /**
   * @param patience with a client that sends nothing at all
   */
  void read(Vertx vertx, Duration patience) {
    long timer = vertx.setPeriodic(patience.toMillis(), id -> look(patience));
    request.exceptionHandler(
        failure -> {
          vertx.cancelTimer(timer);
          broken(failure);
        });
    request.endHandler(
        nothing -> {
          vertx.cancelTimer(timer);
          if (!done) {
            done = true;
            whole.accept(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
          }
        });
    request.handler(this::add); // last: it lets the bytes flow
  }

  /** Either nobody is there any more, or the chunks make no sense. */
  private void broken(Throwable failure) {
    boolean isGone = failure instanceof IOException || failure instanceof HttpClosedException;
    if (isGone || done) {
      done = true;
      bytes = new byte[0];
      return;
    }
    refuse(
        new ServiceException(
            ErrorCode.INVALID_REQUEST,
            "the body's chunks cannot be read: " + failure.getMessage()));
    if (request.connection() instanceof ConnectionBase connection) {
      connection.channel().flush(); // it is closed next, with whatever is not sent yet
    }
  }

  private void look(Duration patience) {
    if (!done && length == lengthAtLastLook) {
      refuse(
          new ServiceException(
              ErrorCode.INVALID_REQUEST,
              "the body stopped after %d bytes, and nothing came for %d s"
                  .formatted(length, patience.toSeconds())));
    }
    lengthAtLastLook = length;
  }

  private void add(Buffer piece) {
    if (done) {
      return;
    }
    if (length + (long) piece.length() > bound) {
      refuse(
          new ServiceException(
              ErrorCode.TOO_LARGE,
              "expected a body of at most %d bytes, found more".formatted(bound)));
      return;
    }
    int needed = length + piece.length();
    try {
      room.atLeast(needed);
    } catch (ServiceException e) {
      refuse(e);
      return;
    }
    if (needed > bytes.length) {
      long larger = Math.max(needed, 2L * bytes.length);
      bytes = Arrays.copyOf(bytes, (int) Math.min(larger, most));
    }
    piece.getBytes(bytes, length);
    length = needed;
  }

  private void refuse(ServiceException reason) {
    done = true;
    bytes = new byte[0];
    refused.accept(reason);
  }
}
