package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests whose end or host two programs could read differently. They are rejected, and what
 * follows on the connection is not answered.
 */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class AmbiguousFramingTest {

  private static final String NEXT = "GET /q/health/live HTTP/1.1\r\nHost: x\r\n\r\n";

  /** What no answer may contain twice. */
  private static final String ANSWER = "HTTP/1.1 ";

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 6|Transfer-Encoding: chunked||0||X",
        "Transfer-Encoding: chunked|Content-Length: 6||0||X",
        "Content-Length: 0|Transfer-Encoding: chunked||0||",
        "Content-Length: 3|Content-Length: 5||abcde",
        "Content-Length: 3, 5||abcde",
        "Content-Length: +3||abc",
        "Content-Length: -1||abc",
        "Content-Length: 0x3||abc",
        "Content-Length: 3 3||abc",
        "Content-Length: 99999999999999999999||abc",
        "Content-Length : 3||abc",
        "Transfer-Encoding: xchunked||0||",
        "Transfer-Encoding: identity||",
        "Transfer-Encoding: gzip, chunked||0||",
        "Transfer-Encoding: chunked, identity||0||",
        "Transfer-Encoding: chunked, chunked||0||",
        "Transfer-Encoding: chunked|Transfer-Encoding: chunked||0||",
        "Transfer-Encoding: chunked|Transfer-Encoding: identity||0||",
        "Transfer-Encoding: \"chunked\"||0||",
        "Transfer-Encoding : chunked||0||",
        "Transfer-Encoding:| chunked||0||",
        "Transfer-Encoding:|\tchunked||0||",
        "Host: y||",
        "Host: x||",
        "X-A: a\0b||",
        "X-A: a\rX-B: b||",
        "X A: a||",
      })
  void anAmbiguousHeadIsRejectedAndTheConnectionIsClosed(String headers) {
    for (String path :
        new String[] {"/classify", "/v2/models/x/infer", "/predictions/x", "/page/x"}) {
      String received =
          RawHttp.request("POST", path, "Content-Type: image/jpeg")
              .withoutEnd()
              .text(headers.replace("|", "\r\n") + NEXT)
              .sendUntilClosed();

      assertRejected(received, 400);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1;a=\"|X|0||",
        "1;a\rb|X|0||",
        "FFFFFFFFFFFFFFFF|X",
        "-1|X|0||",
        "+1|X|0||",
        "0x1|X|0||",
        "1|XY|0||",
        "80000000|X",
        "z|X|0||"
      })
  void malformedChunksAreRejectedAndTheConnectionIsClosed(String chunks) {
    String received =
        RawHttp.post("/classify", "Content-Type: image/jpeg", "Transfer-Encoding: chunked")
            .text(chunks.replace("|", "\r\n") + NEXT + "\"\r\nX\r\n0\r\n\r\n")
            .sendUntilClosed();

    assertRejected(received, 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /models HTTP/1.1|Host: a b||",
        "GET /models HTTP/1.1|Host: user@a||",
        "GET /models HTTP/1.1|Host: a/b||",
        "GET /models HTTP/1.1|Host: a:b||",
        "GET /models HTTP/1.1|Host: a, b||",
        "GET /models HTTP/1.1|Host: ||",
        "GET /models HTTP/1.1|Host: a|Host: b||",
        "GET /models HTTP/1.1|Host: a|host: a||",
        "GET /models HTTP/9.9|Host: a||",
        "GET /models HTTP/2.0|Host: a||",
        "GET /models|Host: a||",
        "POST /classify HTTP/1.0|Host: a|Transfer-Encoding: chunked||0||",
        "PRI * HTTP/2.0||SM||",
        "\u0016\u0003\u0001|||",
      })
  void anInvalidRequestIsRejectedAndTheConnectionIsClosed(String request) {
    String received = RawHttp.raw(request.replace("|", "\r\n") + NEXT).sendUntilClosed();

    assertRejected(received, 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FOO", "get", "GETGET", "PROPFIND", "X-Y"})
  void anUnknownMethodIsRejectedAndTheConnectionIsClosed(String method) {
    String received = RawHttp.request(method, "/models").text(NEXT).sendUntilClosed();

    assertRejected(received, 501);
  }

  /** Exactly one answer, with an error body in the format of the path's API. */
  private static void assertRejected(String received, int status) {
    assertThat(received).startsWith(ANSWER + status);
    assertThat(received.split(ANSWER, -1)).as(received).hasSize(2);
    assertThat(received.toLowerCase(Locale.ROOT)).contains("connection: close");
    JsonPath body = new JsonPath(received.substring(received.indexOf("\r\n\r\n")));
    assertThat(body.getMap("").keySet()).containsAnyOf("status", "error", "code");
  }
}
