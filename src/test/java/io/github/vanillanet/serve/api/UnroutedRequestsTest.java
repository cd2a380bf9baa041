package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are rejected before routing. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class UnroutedRequestsTest {

  @ParameterizedTest
  @ValueSource(strings = {"/%zz", "/classify/%", "/models?a=%zz", "/{model}", "/page/%f", "/<a>"})
  void anInvalidUrlIsRejectedWithAProblem(String path) {
    RawHttp.Answer posted = RawHttp.post(path, "Content-Length: 0").send();
    RawHttp.Answer got = RawHttp.request("GET", path).send();

    assertThat(ErrorAnswers.problem(posted, 400, "BAD_REQUEST")).contains("URI");
    assertThat(ErrorAnswers.problem(got, 400, "BAD_REQUEST")).contains("URI");
  }

  @Test
  void anInvalidUrlOfAnInferenceProtocolIsRejectedInItsFormat() {
    RawHttp.Answer infer = RawHttp.post("/v2/models/%zz/infer", "Content-Length: 0").send();
    RawHttp.Answer predict = RawHttp.post("/predictions/%zz", "Content-Length: 0").send();

    assertThat(ErrorAnswers.v2(infer, 400)).contains("URI");
    assertThat(predict.body()).contains("\"code\":400", "URI");
  }

  @Test
  void aTargetThatIsNotAPathIsRejectedWithAProblem() {
    RawHttp.Answer star = RawHttp.request("OPTIONS", "*").send();
    RawHttp.Answer name = RawHttp.request("GET", "models").send();

    assertThat(ErrorAnswers.problem(star, 404, "NOT_FOUND")).contains("'/'");
    assertThat(ErrorAnswers.problem(name, 404, "NOT_FOUND")).contains("'/'");
  }

  @Test
  void anUpgradeToHttp2IsIgnored() {
    RawHttp.Answer answer =
        RawHttp.request(
                "GET",
                "/v2",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__")
            .send();

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.head()).startsWith("HTTP/1.1");
  }

  @Test
  void aTooLongUrlIsRejectedWithAProblem() {
    RawHttp.Answer answer = RawHttp.request("GET", "/models?x=" + "a".repeat(10_000)).send();

    assertThat(ErrorAnswers.problem(answer, 414, "URI_TOO_LONG")).contains("at most 8192");
  }

  @Test
  void tooLongHeadersAreRejectedWithAProblem() {
    RawHttp.Answer one = RawHttp.request("GET", "/models", "X-A: " + "a".repeat(50_000)).send();
    String[] many = new String[400];
    for (int i = 0; i < many.length; i++) {
      many[i] = "X-%d: %s".formatted(i, "a".repeat(100));
    }
    RawHttp.Answer together = RawHttp.request("GET", "/models", many).send();

    for (RawHttp.Answer answer : new RawHttp.Answer[] {one, together}) {
      assertThat(ErrorAnswers.problem(answer, 431, "REQUEST_HEADER_FIELDS_TOO_LARGE"))
          .contains("at most 32768");
    }
  }

  @Test
  void aRequestWithoutAHostIsRejectedWithAProblem() {
    RawHttp.Answer answer = RawHttp.bare("GET /models HTTP/1.1").send();
    RawHttp.Answer old = RawHttp.bare("GET /models HTTP/1.0").send();

    assertThat(ErrorAnswers.problem(answer, 400, "BAD_REQUEST")).contains("Host");
    assertThat(old.status()).isEqualTo(200);
  }

  @Test
  void invalidHttpIsRejected() {
    assertThat(RawHttp.post("/classify", "Content-Length: -5").send().status()).isEqualTo(400);
    assertThat(RawHttp.post("/classify", "Content-Length: 5", "Content-Length: 6").send().status())
        .isEqualTo(400);
    assertThat(RawHttp.request("GET", "/models", "X-\0: a").send().status()).isEqualTo(400);
  }
}
