package io.github.vanillanet.serve.api.connections;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/**
 * Decodes the requests of one connection. Stops between two requests while too many of them have no
 * answer, or while the client does not read its answers; unread bytes then stay with the client.
 * Runs on the connection's event loop; {@link Connections} reads the fields from its own thread.
 */
final class RequestDecoder extends VertxHttpRequestDecoder implements ChannelOutboundHandler {

  /** What a connection is doing, in the order in which connections are closed to make room. */
  enum Phase {
    HEAD,
    IDLE,
    BODY,
    ANSWER
  }

  private static final Set<HttpMethod> METHODS =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PUT,
          HttpMethod.PATCH,
          HttpMethod.DELETE,
          HttpMethod.OPTIONS,
          HttpMethod.TRACE,
          HttpMethod.CONNECT);

  private static final Pattern HOST =
      Pattern.compile("([A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{0,5})?");

  private final int maxUnanswered;
  private final Runnable closedForWriteTimeout;
  private ConnectionBase connection;
  private ChannelHandlerContext context;
  private boolean stopped;
  private boolean rejected;

  private volatile boolean inHead = true;
  private volatile boolean inBody;

  /** When each request that has no answer yet began, in their order. */
  private final Queue<Long> unanswered = new ConcurrentLinkedQueue<>();

  /** When the head, the body, the wait for answers, or the idle time began. */
  private volatile long since = System.nanoTime();

  /** Bytes of the current request. */
  private volatile long received;

  /**
   * @param maxUnanswered requests of the connection that may wait for answers
   * @param closedForWriteTimeout runs when the client has read nothing for too long
   */
  RequestDecoder(HttpServerOptions options, int maxUnanswered, Runnable closedForWriteTimeout) {
    super(options);
    this.maxUnanswered = maxUnanswered;
    this.closedForWriteTimeout = closedForWriteTimeout;
  }

  void attach(ConnectionBase connection) {
    this.connection = connection;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  Phase phase() {
    if (!unanswered.isEmpty()) {
      return inBody ? Phase.BODY : Phase.ANSWER;
    }
    return inHead || inBody ? Phase.HEAD : Phase.IDLE; // the rest of an answered body is discarded
  }

  /** How long the connection has been in its phase. */
  long nanosInPhase() {
    return System.nanoTime() - since;
  }

  /** Returns whether the client waits for the answer to a request that began this long ago. */
  boolean isUnanswered(Duration age) {
    Long oldest = unanswered.peek();
    return oldest != null && System.nanoTime() - oldest >= age.toNanos();
  }

  /** Bytes of the current request that have arrived in each second. */
  double bytesPerSecond() {
    return received * 1e9 / Math.max(1, nanosInPhase());
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (rejected) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (!inBody) {
      if (unanswered.size() >= maxUnanswered || !ctx.channel().isWritable()) {
        stopped = true;
        connection.doPause();
        return;
      }
      if (!inHead) {
        inHead = true;
        since = unanswered.isEmpty() ? System.nanoTime() : since;
      }
    }
    int before = in.readableBytes();
    super.decode(ctx, in, out);
    received += before - in.readableBytes();
    for (int i = 0; i < out.size(); i++) {
      Object part = out.get(i);
      if (part instanceof HttpRequest request) {
        rejected = rejectInvalid(request);
        inBody = true;
        inHead = false;
        received = 0;
        since = System.nanoTime();
        unanswered.add(since);
      }
      if (part instanceof LastHttpContent) {
        inBody = false;
      }
    }
  }

  /**
   * Marks a request as undecodable if two programs could disagree about its end or its host, or if
   * its method is unknown.
   *
   * @return whether the rest of the connection must not be decoded
   */
  private static boolean rejectInvalid(HttpRequest request) {
    HttpHeaders headers = request.headers();
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    HttpVersion version = request.protocolVersion();
    String expected = "";
    if (request.decoderResult().isFailure()) {
      request.setProtocolVersion(HttpVersion.HTTP_1_1);
      if (request instanceof LastHttpContent) { // not even the first line could be decoded
        request.setUri("/");
      }
      return true;
    } else if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      request.setProtocolVersion(HttpVersion.HTTP_1_1);
      expected = "expected version 1.1 or 1.0 of HTTP";
    } else if (hosts.size() > 1 || hosts.size() == 1 && !HOST.matcher(hosts.get(0)).matches()) {
      expected = "expected one header Host with a name and an optional port, got " + hosts;
    } else if (!codings.isEmpty()
        && (codings.size() > 1
            || !codings.get(0).equalsIgnoreCase("chunked")
            || !version.equals(HttpVersion.HTTP_1_1)
            || headers.contains(HttpHeaderNames.CONTENT_LENGTH))) {
      expected = "expected Content-Length, or Transfer-Encoding: chunked, got " + codings;
    } else if (!METHODS.contains(request.method())) { // a metric has the method as a label
      request.setDecoderResult(
          DecoderResult.failure(
              new UnsupportedOperationException("unknown method " + request.method())));
      request.setMethod(HttpMethod.GET);
      return true;
    }
    if (expected.isEmpty()) {
      return false;
    }
    request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(expected)));
    return true;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object part, ChannelPromise promise) {
    boolean last =
        part instanceof LastHttpContent
            && !(part instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL);
    if (last) {
      ctx.write(part, promise.unvoid()).addListener(written -> answered());
    } else {
      ctx.write(part, promise);
    }
  }

  /** The operating system has taken an answer. */
  private void answered() {
    unanswered.poll();
    since = inBody && !unanswered.isEmpty() ? since : System.nanoTime();
    if (stopped) {
      context.executor().execute(this::resume);
    }
  }

  private void resume() {
    if (stopped && !context.isRemoved() && context.channel().isActive()) {
      stopped = false;
      connection.doResume();
      channelRead(Unpooled.EMPTY_BUFFER);
    }
  }

  private void channelRead(ByteBuf bytes) {
    try {
      channelRead(context, bytes);
      channelReadComplete(context);
    } catch (Exception e) {
      context.fireExceptionCaught(e);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
    if (stopped && ctx.channel().isWritable()) {
      ctx.executor().execute(this::resume);
    }
    super.channelWritabilityChanged(ctx);
  }

  /** Closes the connection if the client has read nothing of an answer for the whole time. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event != IdleStateEvent.WRITER_IDLE_STATE_EVENT
        && event != IdleStateEvent.FIRST_WRITER_IDLE_STATE_EVENT) {
      super.userEventTriggered(ctx, event);
    } else if (Connections.unreadBytes(ctx.channel()) > 0) {
      closedForWriteTimeout.run();
      ctx.close();
    }
  }

  @Override
  public void bind(ChannelHandlerContext ctx, SocketAddress local, ChannelPromise promise) {
    ctx.bind(local, promise);
  }

  @Override
  public void connect(
      ChannelHandlerContext ctx,
      SocketAddress remote,
      SocketAddress local,
      ChannelPromise promise) {
    ctx.connect(remote, local, promise);
  }

  @Override
  public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
    ctx.disconnect(promise);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    ctx.close(promise);
  }

  @Override
  public void deregister(ChannelHandlerContext ctx, ChannelPromise promise) {
    ctx.deregister(promise);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    ctx.read();
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    ctx.flush();
  }
}
