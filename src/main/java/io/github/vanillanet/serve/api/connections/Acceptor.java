package io.github.vanillanet.serve.api.connections;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Handler of a listening socket. Its thread only accepts connections and checks their limits. */
final class Acceptor extends ChannelInboundHandlerAdapter {

  private static final Duration CHECK_INTERVAL = Duration.ofMillis(250);

  private final Connections connections;
  private ScheduledFuture<?> checks;

  Acceptor(Connections connections) {
    this.connections = connections;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connections.listen(ctx.channel());
    checks =
        ctx.executor()
            .scheduleWithFixedDelay(
                connections::check,
                CHECK_INTERVAL.toMillis(),
                CHECK_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (checks != null) {
      checks.cancel(false);
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    connections.open((Channel) accepted);
    ctx.fireChannelRead(accepted);
  }
}
