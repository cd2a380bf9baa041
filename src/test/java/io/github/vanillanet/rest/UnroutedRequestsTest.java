package io.github.vanillanet.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that never get to a resource. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class UnroutedRequestsTest {

  /** The platform refuses it before any code of the application is asked. */
  @ParameterizedTest
  @ValueSource(strings = {"/%zz", "/classify/%", "/models?a=%zz", "/v2/models/%zz/infer"})
  void aUrlThatCannotBeDecodedIsMalformed(String path) {
    assertThat(RawHttp.post(path, "Content-Length: 0").send().status()).isEqualTo(400);
  }

  @Test
  void aUrlThatIsTooLongIsRefusedWithAProblem() {
    RawHttp.Answer answer = RawHttp.request("GET", "/models?x=" + "a".repeat(10_000)).send();

    assertThat(Refusal.problem(answer, 414, "URI_TOO_LONG")).contains("at most 8192");
  }

  @Test
  void headersThatAreTooLongAreRefusedWithAProblem() {
    RawHttp.Answer one = RawHttp.request("GET", "/models", "X-A: " + "a".repeat(50_000)).send();
    String[] many = new String[400];
    for (int i = 0; i < many.length; i++) {
      many[i] = "X-%d: %s".formatted(i, "a".repeat(100));
    }
    RawHttp.Answer together = RawHttp.request("GET", "/models", many).send();

    for (RawHttp.Answer answer : new RawHttp.Answer[] {one, together}) {
      assertThat(Refusal.problem(answer, 431, "REQUEST_HEADER_FIELDS_TOO_LARGE"))
          .contains("at most 32768");
    }
  }

  @Test
  void aRequestWithoutAHostIsRefusedWithAProblem() {
    RawHttp.Answer answer = RawHttp.bare("GET /models HTTP/1.1").send();
    RawHttp.Answer old = RawHttp.bare("GET /models HTTP/1.0").send();

    assertThat(Refusal.problem(answer, 400, "BAD_REQUEST")).contains("Host");
    assertThat(old.status()).isEqualTo(200);
  }

  @Test
  void whatIsNoHttpIsRefusedAndClosed() {
    assertThat(RawHttp.post("/classify", "Content-Length: -5").send().status()).isEqualTo(400);
    assertThat(RawHttp.post("/classify", "Content-Length: 5", "Content-Length: 6").send().status())
        .isEqualTo(400);
    assertThat(RawHttp.request("GET", "/models", "X-\0: a").send().status()).isEqualTo(400);
  }
}
