package io.github.vanillanet.serve.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.SocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, 192.0.2.7",
    "::ffff:192.0.2.7, 192.0.2.7",
    "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64",
    "2001:DB8:1:2::9, 2001:db8:1:2:0:0:0:0/64",
    "2001:db8:1:3::9, 2001:db8:1:3:0:0:0:0/64",
    "unknown, unknown",
    "zz:1:not-an-address, zz:1:not-an-address"
  })
  void anIpv6ClientIsItsNetwork(String address, String network) {
    assertThat(ClientAddress.network(SocketAddress.inetSocketAddress(1, address)))
        .isEqualTo(network);
  }

  @Test
  void otherTextIsBounded() {
    SocketAddress client = SocketAddress.inetSocketAddress(1, "x".repeat(10_000));

    assertThat(ClientAddress.network(client)).hasSize(64);
    assertThat(ClientAddress.network(null)).isEmpty();
  }
}
