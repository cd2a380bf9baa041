package io.github.vanillanet.serve.api.access;

import io.netty.util.NetUtil;
import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** The network that a client can choose its addresses from. */
final class ClientAddress {

  /** A forwarded address may be any text. */
  private static final int MAX_LENGTH = 64;

  private static final int IPV6_NETWORK_BYTES = 8;

  private ClientAddress() {}

  /**
   * An IPv4 address as it is; the first 64 bits of an IPv6 address, because a client usually has
   * all the others; other text, such as a socket file, unchanged up to 64 characters.
   */
  static String network(SocketAddress client) {
    String host = client == null || client.host() == null ? "" : client.host();
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    if (bytes == null) {
      return host.length() > MAX_LENGTH ? host.substring(0, MAX_LENGTH) : host;
    }
    try {
      InetAddress address = InetAddress.getByAddress(bytes); // IPv4 if IPv6 only wraps it
      if (address instanceof Inet6Address) {
        Arrays.fill(bytes, IPV6_NETWORK_BYTES, bytes.length, (byte) 0);
        return InetAddress.getByAddress(bytes).getHostAddress() + "/64";
      }
      return address.getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}
