package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The limits on connections, with small values. */
@QuarkusTest
@TestProfile(ConnectionLimitsTest.SmallLimits.class)
class ConnectionLimitsTest {

  static final int WORKERS = 8;

  private static final int MAX = 12;
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final String GET = "GET /q/openapi HTTP/1.1\r\nHost: x\r\n\r\n";

  private final List<Socket> sockets = new ArrayList<>();

  /** Few connections and few worker threads, with the gRPC port. */
  public static final class SmallLimits implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "quarkus.thread-pool.max-threads", String.valueOf(WORKERS),
          "vanillanet.grpc.enabled", "true",
          "vanillanet.grpc.port", "0",
          "vanillanet.connections.max", String.valueOf(MAX),
          "vanillanet.connections.head-timeout", "3S",
          "vanillanet.connections.idle-timeout", "3S",
          "vanillanet.connections.write-timeout", "2S",
          "vanillanet.connections.unanswered", "4");
    }

    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(TwoSmallModels.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }
  }

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private Socket open(String first) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress("localhost", RestAssured.port));
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.getOutputStream().write(first.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  /** Reads until the service closes the connection. */
  private static long readToEnd(Socket socket) throws IOException {
    long bytes = 0;
    byte[] buffer = new byte[8192];
    try {
      for (int read = 0; read >= 0; read = socket.getInputStream().read(buffer)) {
        bytes += read;
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (SocketException e) {
      return bytes; // reset, because the service has not read everything
    }
    return bytes;
  }

  @Test
  void slowHeadsAreClosed() throws IOException {
    Socket silent = open("");
    Socket incomplete = open("GET /models HTTP/1.1\r\nHost: x\r\nX-A: ");

    assertThat(readToEnd(silent)).isZero();
    assertThat(readToEnd(incomplete)).isZero();
  }

  @Test
  void anIdleConnectionIsClosedAfterItsAnswer() throws IOException {
    assertThat(readToEnd(open("GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n"))).isPositive();
  }

  @Test
  void theRestOfAnAnsweredBodyDoesNotHoldItsConnection() throws IOException {
    String head = "GET /v2 HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n";

    assertThat(readToEnd(open(head))).isPositive();
  }

  @Test
  void aFullServiceClosesTheOldestIncompleteHeadAndAnswersNewConnections() throws IOException {
    Socket first = open("GET /");
    for (int i = 1; i < 3 * MAX; i++) {
      open("GET /");
    }

    assertThat(RawHttp.request("GET", "/q/health/live").send().status()).isEqualTo(200);
    assertThat(readToEnd(first)).isZero();
  }

  @Test
  void aClientThatReadsNothingIsClosed() throws IOException {
    Socket socket = open("");
    byte[] requests = GET.repeat(50).getBytes(StandardCharsets.ISO_8859_1);

    // the service stops reading, and closes the connection; sending fails then
    boolean closed = false;
    for (int i = 0; i < 200_000 && !closed; i++) {
      try {
        socket.getOutputStream().write(requests);
      } catch (IOException e) {
        closed = true;
      }
    }

    assertThat(closed).isTrue();
    assertThat(RawHttp.request("GET", "/q/health/live").send().status()).isEqualTo(200);
  }

  @Test
  void manyPipelinedRequestsAreAllAnsweredInOrder() {
    int requests = 40;
    RawHttp raw = RawHttp.raw("");
    for (int i = 0; i < requests; i++) {
      raw.text("GET /v2 HTTP/1.1\r\nHost: x\r\nx-request-id: id-" + i + "\r\n\r\n");
    }

    List<RawHttp.Answer> answers = raw.send(requests);

    for (int i = 0; i < requests; i++) {
      assertThat(answers.get(i).status()).isEqualTo(200);
      assertThat(answers.get(i).header("x-request-id")).isEqualTo("id-" + i);
    }
  }
}
