package io.github.vanillanet.serve.api.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The open connections by the client's address. Closes new connections beyond the limit.
 * Thread-safe.
 */
final class AcceptedConnections {

  private final int max;
  private final ConcurrentMap<SocketAddress, Channel> open = new ConcurrentHashMap<>();

  AcceptedConnections(int max) {
    this.max = max;
  }

  /** A channel of the port, whose clients are counted. */
  ServerChannel port() {
    return new NioServerSocketChannel() {
      @Override
      protected int doReadMessages(List<Object> accepted) throws Exception {
        int before = accepted.size();
        super.doReadMessages(accepted);
        for (int i = accepted.size() - 1; i >= before; i--) {
          if (!add((Channel) accepted.get(i))) {
            ((Channel) accepted.remove(i)).unsafe().closeForcibly();
          }
        }
        return accepted.size() - before;
      }
    };
  }

  private boolean add(Channel client) {
    SocketAddress address = client.remoteAddress();
    if (address == null || open.size() >= max) {
      return false;
    }
    open.put(address, client);
    client.closeFuture().addListener(closed -> open.remove(address, client));
    return true;
  }

  int count() {
    return open.size();
  }

  /** Closes the connection of a client. */
  void close(SocketAddress address) {
    Channel client = open.get(address);
    if (client != null) {
      client.close();
    }
  }
}
