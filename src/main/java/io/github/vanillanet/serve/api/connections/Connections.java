package io.github.vanillanet.serve.api.connections;

import io.github.vanillanet.base.config.ConnectionsConfig;
import io.github.vanillanet.serve.api.connections.RequestDecoder.Phase;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.micrometer.core.instrument.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.timeout.IdleStateHandler;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * The open connections of clients and their limits. If there are too many, the one that has waited
 * longest for a complete head is closed, so that health checks always connect. If none waits for a
 * head, the one that has been idle longest is closed, else the one whose body arrives slowest. A
 * connection that waits for an answer is not closed to make room. Thread-safe.
 */
public final class Connections implements HttpServerOptionsCustomizer {

  /** One search through all connections finds this many that can be closed to make room. */
  private static final int CANDIDATES = 64;

  private enum Reason {
    FULL,
    HEAD_TIMEOUT,
    IDLE_TIMEOUT,
    WRITE_TIMEOUT,
    ANSWER_MEMORY,
    SHUTDOWN
  }

  private final ConnectionsConfig limits;
  private final int max;
  private final long answerMemory;
  private final Map<Reason, Counter> closed = new EnumMap<>(Reason.class);
  private final ConcurrentMap<Channel, RequestDecoder> open = new ConcurrentHashMap<>();
  private final Set<Channel> listening = ConcurrentHashMap.newKeySet();
  private volatile long lastOpened = System.nanoTime();
  private final Deque<Candidate> candidates = new ArrayDeque<>(); // guarded by this
  private volatile HttpServerOptions options = new HttpServerOptions();

  /** A connection that can make room, as a search found it. */
  private record Candidate(Channel channel, Phase phase, long nanos, double bytesPerSecond) {

    private static final Comparator<Candidate> CLOSED_FIRST =
        Comparator.comparing(Candidate::phase)
            .thenComparing(one -> one.phase == Phase.BODY ? one.bytesPerSecond : 0)
            .thenComparing(Candidate::nanos, Comparator.reverseOrder());
  }

  /**
   * @param max connections at the same time
   * @param answerMemory bytes of all answers together that clients have not read yet
   */
  public Connections(ConnectionsConfig limits, int max, long answerMemory, ServingMetrics metrics) {
    this.limits = limits;
    this.max = max;
    this.answerMemory = answerMemory;
    for (Reason reason : Reason.values()) {
      closed.put(reason, metrics.closedConnections(reason.name().toLowerCase(Locale.ROOT)));
    }
    metrics.connections(open::size);
  }

  /** Stores the limits of Quarkus on heads, which are the same for HTTP and HTTPS. */
  @Override
  public void customizeHttpServer(HttpServerOptions server) {
    options = server;
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions server) {
    options = server;
  }

  /** Adds a listening socket. */
  void listen(Channel socket) {
    listening.add(socket);
    socket.closeFuture().addListener(end -> listening.remove(socket));
  }

  /** Closes the listening sockets: the operating system refuses new connections. */
  public void stopListening() {
    listening.forEach(socket -> socket.close().syncUninterruptibly());
  }

  /** Adds a new connection, which closes another one if there are too many. */
  void open(Channel channel) {
    lastOpened = System.nanoTime();
    if (open.size() >= max && !makeRoom()) {
      close(channel, Reason.FULL);
    }
    RequestDecoder decoder =
        new RequestDecoder(
            options, limits.unanswered(), () -> closed.get(Reason.WRITE_TIMEOUT).increment());
    open.put(channel, decoder);
    channel.closeFuture().addListener(end -> open.remove(channel));
    channel
        .pipeline()
        .addLast(
            new IdleStateHandler(
                true, 0, limits.writeTimeout().toMillis(), 0, TimeUnit.MILLISECONDS))
        .addLast(new PipelineSetup(decoder));
  }

  /** Number of clients that wait for the answer to a request that began this long ago or longer. */
  public long unanswered(Duration age) {
    return open.values().stream().filter(one -> one.isUnanswered(age)).count();
  }

  /** Closes the connections of these clients. */
  public void closeUnanswered(Duration age) {
    open.forEach(
        (channel, decoder) -> {
          if (decoder.isUnanswered(age)) {
            close(channel, Reason.SHUTDOWN);
          }
        });
  }

  /** Returns whether no client has connected, sent or received anything for this long. */
  public boolean isQuiet(Duration time) {
    return System.nanoTime() - lastOpened >= time.toNanos()
        && open.values().stream()
            .allMatch(one -> one.phase() == Phase.IDLE && one.nanosInPhase() >= time.toNanos());
  }

  private synchronized boolean makeRoom() {
    if (candidates.isEmpty()) {
      search();
    }
    while (!candidates.isEmpty()) {
      Candidate next = candidates.poll();
      RequestDecoder decoder = open.get(next.channel);
      if (decoder != null
          && decoder.phase() == next.phase
          && decoder.nanosInPhase() >= next.nanos) {
        open.remove(next.channel);
        close(next.channel, Reason.FULL);
        return true;
      }
    }
    return false;
  }

  private void search() {
    List<Candidate> found = new ArrayList<>();
    open.forEach(
        (channel, decoder) -> {
          Phase phase = decoder.phase();
          if (phase != Phase.ANSWER) {
            found.add(
                new Candidate(channel, phase, decoder.nanosInPhase(), decoder.bytesPerSecond()));
          }
        });
    found.sort(Candidate.CLOSED_FIRST);
    candidates.addAll(found.subList(0, Math.min(CANDIDATES, found.size())));
  }

  /** Closes connections that exceed a limit. */
  void check() {
    long unread = 0;
    for (Map.Entry<Channel, RequestDecoder> one : open.entrySet()) {
      switch (one.getValue().phase()) {
        case HEAD -> closeAfter(one, limits.headTimeout(), Reason.HEAD_TIMEOUT);
        case IDLE -> closeAfter(one, limits.idleTimeout(), Reason.IDLE_TIMEOUT);
        case BODY, ANSWER -> {}
      }
      unread += unreadBytes(one.getKey());
    }
    if (unread > answerMemory) {
      closeUnread(unread);
    }
  }

  private void closeAfter(Map.Entry<Channel, RequestDecoder> one, Duration timeout, Reason reason) {
    if (one.getValue().nanosInPhase() > timeout.toNanos() && unreadBytes(one.getKey()) == 0) {
      close(one.getKey(), reason);
    }
  }

  /** Closes the connections with the most unread bytes. */
  private void closeUnread(long unread) {
    Map<Channel, Long> sizes = new HashMap<>();
    open.keySet().forEach(channel -> sizes.put(channel, unreadBytes(channel)));
    List<Map.Entry<Channel, Long>> largest = new ArrayList<>(sizes.entrySet());
    largest.sort(Map.Entry.<Channel, Long>comparingByValue().reversed());
    long rest = unread;
    for (Map.Entry<Channel, Long> one : largest) {
      if (rest <= answerMemory) {
        return;
      }
      close(one.getKey(), Reason.ANSWER_MEMORY);
      rest -= one.getValue();
    }
  }

  /** Closes at once: the last handler, of Vert.x, would first wait until the answers are read. */
  private void close(Channel channel, Reason reason) {
    closed.get(reason).increment();
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first == null) {
      channel.close();
    } else {
      first.close();
    }
  }

  /** Bytes of answers that the operating system has not taken yet. */
  static long unreadBytes(Channel channel) {
    WriteBufferWaterMark mark = channel.config().getWriteBufferWaterMark();
    return channel.isWritable() // Netty counts one byte more to each mark
        ? mark.high() + 1 - channel.bytesBeforeUnwritable()
        : mark.low() - 1 + channel.bytesBeforeWritable();
  }
}
