package io.github.vanillanet.serve.api.connections;

import io.netty.bootstrap.ServerBootstrap;
import io.quarkus.arc.Arc;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.transports.JDKTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.VertxServiceProvider;
import java.util.Optional;

/**
 * Passes every accepted connection to {@link Connections}. Vert.x loads this class as a service,
 * because it has no other hook before the first byte of a connection.
 */
public final class LimitedTransport extends JDKTransport implements VertxServiceProvider {

  @Override
  public void init(VertxBuilder builder) {
    builder.findTransport(this);
  }

  @Override
  public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
    super.configure(options, domainSocket, bootstrap);
    Optional.ofNullable(Arc.container()) // absent for a Vert.x outside of the service
        .ifPresent(
            container ->
                bootstrap.handler(new Acceptor(container.instance(Connections.class).get())));
  }
}
