package io.github.vanillanet.serve.api.grpc;

import static io.github.vanillanet.base.error.ErrorCode.BODY_TOO_SLOW;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.api.http.BodyPace;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.metrics.BodyRejection;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One gRPC call. It counts the bytes of its messages as they arrive, in a room of the body memory
 * that is released when the call, or one request of a stream, is answered. The library calls the
 * tracer's methods on the event loop of the connection; all methods are thread-safe.
 */
final class GrpcCall extends ServerStreamTracer {

  private static final Context.Key<GrpcCall> KEY = Context.key("vanillanet.call");

  private final Metadata headers;
  private final Ticker ticker;
  private final BodyMemory memory;
  private final ServingMetrics metrics;
  private final Set<GrpcCall> open;
  private final long began;
  private volatile BodyMemory.Room room; // never used under this lock: it may evict another call
  private Optional<Consumer<ServiceException>> rejecting = Optional.empty(); // guarded by this
  private Optional<ServiceException> rejection = Optional.empty(); // guarded by this
  private boolean stream; // guarded by this; whether the client sends several messages
  private Optional<SocketAddress> client = Optional.empty(); // guarded by this
  private BooleanSupplier gone = () -> false; // guarded by this
  private Phase phase = Phase.WAITING; // guarded by this
  private long since; // guarded by this; begin of the phase
  private long received; // guarded by this; bytes of the message that arrives

  private enum Phase {
    /** For the first message, or for the next request of a stream. */
    WAITING,
    ARRIVING,
    COMPUTING,
    /** The client may not have read the answer. */
    ANSWERED
  }

  /**
   * @param open contains the call until it has ended
   */
  GrpcCall(
      Metadata headers,
      Ticker ticker,
      BodyMemory memory,
      ServingMetrics metrics,
      Set<GrpcCall> open) {
    this.headers = headers;
    this.ticker = ticker;
    this.memory = memory;
    this.metrics = metrics;
    this.open = open;
    this.began = ticker.nanos();
    this.since = began;
    this.room = room();
    open.add(this);
  }

  private BodyMemory.Room room() {
    return new BodyMemory.Room(memory, () -> reject(BodyMemory.evicted()));
  }

  /** The call whose handler runs on this thread. */
  static GrpcCall current() {
    return KEY.get();
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(KEY, this);
  }

  /**
   * @param client its address
   * @param gone whether it has disconnected
   * @param stream whether it sends several messages
   * @param rejecting answers the call when it is rejected before its handler answers
   */
  void handle(
      SocketAddress client,
      BooleanSupplier gone,
      boolean stream,
      Consumer<ServiceException> rejecting) {
    synchronized (this) {
      this.client = Optional.ofNullable(client);
      this.gone = gone;
      this.stream = stream;
      this.rejecting = Optional.of(rejecting);
    }
    rejection().ifPresent(rejecting);
  }

  /** The value of a text header of the metadata; null if it is absent. */
  String header(String name) {
    return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  /** The client's address, once the call is handled. */
  synchronized Optional<SocketAddress> client() {
    return client;
  }

  /** Returns whether the client has disconnected. */
  synchronized boolean isGone() {
    return gone.getAsBoolean();
  }

  synchronized Optional<ServiceException> rejection() {
    return rejection;
  }

  /** Answers the call with a failure. Only the first one counts. */
  void reject(ServiceException reason) {
    Optional<Consumer<ServiceException>> answer;
    synchronized (this) {
      if (rejection.isPresent()) {
        return;
      }
      rejection = Optional.of(reason);
      answer = rejecting;
    }
    if (reason.code() == BODY_TOO_SLOW) {
      metrics.rejected(BodyRejection.SLOW);
    }
    answer.ifPresent(rejected -> rejected.accept(reason));
  }

  private synchronized void enter(Phase next) {
    if (phase != Phase.ANSWERED) {
      phase = next;
      since = ticker.nanos();
      received = 0;
    }
  }

  @Override
  public void inboundMessage(int number) {
    enter(Phase.ARRIVING);
  }

  @Override
  public void inboundWireSize(long bytes) {
    synchronized (this) {
      received += bytes;
    }
    count(() -> room.receive(bytes, bytes));
  }

  @Override
  public void inboundMessageRead(int number, long wireSize, long inflatedSize) {
    enter(Phase.COMPUTING);
    count(() -> room.complete());
  }

  private void count(Runnable counting) {
    try {
      if (rejection().isEmpty()) {
        counting.run();
      }
    } catch (ServiceException e) {
      reject(e);
    }
  }

  /**
   * Takes bytes that are about to be allocated.
   *
   * @throws ServiceException {@code TOO_LARGE} if no room could ever be enough, {@code QUEUE_FULL}
   *     if there is none now
   */
  void allocate(long bytes) {
    if (bytes > memory.capacity()) { // a body alone always fits, whatever its size
      throw TOO_LARGE.error(
          "the message takes %d bytes when it is parsed, expected at most %d",
          bytes, memory.capacity());
    }
    room.add(bytes);
  }

  /** A request of a stream is answered: the next one has a room of its own. */
  void next() {
    room.close();
    room = room();
    enter(Phase.WAITING);
  }

  /** The answer is complete, though the client may not have read it. */
  void answered() {
    room.close();
    enter(Phase.ANSWERED);
  }

  @Override
  public void streamClosed(Status status) {
    answered();
    open.remove(this);
  }

  /**
   * Rejects the call if its client is too slow.
   *
   * @param pace of a message
   * @param idle time between two requests of a stream
   */
  void require(BodyPace pace, Duration idle) {
    Optional<ServiceException> slow;
    synchronized (this) {
      Duration time = elapsed();
      if (phase == Phase.ARRIVING || phase == Phase.WAITING && !stream) {
        slow = pace.violation(received, 0, time);
      } else if (phase == Phase.WAITING && time.compareTo(idle) > 0) {
        slow = Optional.of(BODY_TOO_SLOW.error("expected a request within %d s", idle.toSeconds()));
      } else {
        slow = Optional.empty();
      }
    }
    slow.ifPresent(this::reject);
  }

  /** Returns whether the answer has been unread for longer than {@code limit}. */
  synchronized boolean isUnread(Duration limit) {
    return phase == Phase.ANSWERED && elapsed().compareTo(limit) > 0;
  }

  private synchronized Duration elapsed() {
    return Duration.ofNanos(ticker.nanos() - since);
  }

  /** A request that arrived with the call, limited by the call's deadline. */
  Call inference(boolean first) {
    Context context = Context.current();
    Call call = new Call(ticker, first ? began : ticker.nanos());
    Deadline deadline = context.getDeadline();
    if (deadline != null) {
      Duration left = Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
      call.limit(first ? left.plus(Duration.ofNanos(ticker.nanos() - began)) : left);
    }
    context.addListener(
        ended -> {
          if (!(ended.cancellationCause() instanceof TimeoutException)) {
            call.abandon(); // no effect after an answer
          }
        },
        Runnable::run);
    return call;
  }
}
