package io.github.vanillanet.serve.api.connections;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.http.impl.Http1xServerConnection;
import io.vertx.core.net.impl.VertxHandler;

/**
 * Replaces the decoder of Vert.x by a {@link RequestDecoder} as soon as Vert.x has added its
 * handlers: when the connection is open, or after the TLS handshake. HTTP/2 has no such decoder.
 */
@ChannelHandler.Sharable
final class PipelineSetup extends ChannelInboundHandlerAdapter {

  private static final String TLS_HANDSHAKE = "handshaker";
  private static final String DECODER = "httpDecoder";
  private static final String ENCODER = "httpEncoder";
  private static final String VERTX = "handler";

  private final RequestDecoder decoder;

  PipelineSetup(RequestDecoder decoder) {
    this.decoder = decoder;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.remove(this);
    if (pipeline.get(TLS_HANDSHAKE) == null) {
      setUp(pipeline);
    } else {
      pipeline.addBefore(TLS_HANDSHAKE, null, this);
    }
    ctx.fireChannelActive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ctx.fireUserEventTriggered(event); // Vert.x adds its handlers
    if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
      ChannelPipeline pipeline = ctx.pipeline();
      pipeline.remove(this);
      setUp(pipeline);
    }
  }

  /** Also passes invalid requests to the routes, so that they are answered with an error body. */
  private void setUp(ChannelPipeline pipeline) {
    if (pipeline.get(DECODER) == null
        || !(pipeline.get(VERTX) instanceof VertxHandler<?> handler)
        || !(handler.getConnection() instanceof Http1xServerConnection connection)) {
      return;
    }
    connection.invalidRequestHandler(VertxHttpRecorder.getRootHandler());
    decoder.attach(connection);
    pipeline.remove(DECODER);
    // inbound bytes pass the encoder, outbound answers reach the decoder before they are bytes
    pipeline.addAfter(ENCODER, DECODER, decoder);
  }
}
