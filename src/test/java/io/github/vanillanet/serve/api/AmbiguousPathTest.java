package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths that the filters and the router could interpret differently, sent byte for byte. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class AmbiguousPathTest {

  private static final String MODEL = TwoSmallModels.MODEL;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/classify;x",
        "/classify;x=1/vanillanet-5",
        "/classify/vanillanet-5;x",
        "/classify%3Bx",
        "/classify%2Fvanillanet-5",
        "/classify%2fvanillanet-5",
        "/classify%5Cvanillanet-5",
        "/classify\\vanillanet-5",
        "/classify//vanillanet-5",
        "/classify//",
        "//classify",
        "/./classify",
        "/x/../classify",
        "/classify/..",
        "/classify/../classify",
        "/classify/%2e%2E/classify",
        "/classify/.%2e/classify",
        "/classify/%2e",
        "/%2e/classify",
        "/classify%00",
        "/classify\0",
        "/classify%0a",
        "/classify%7F",
        "/models;x",
        "/models//vanillanet-5",
        "/admin/trainings;x",
        "/admin//trainings",
        "/admin%2Ftrainings",
        "/page/../admin/trainings",
        "/page/..%2Fadmin",
        "/q/health;x",
        "/q;x/health",
        "/q//health",
        "/q/%2e/health",
        "/q/../q/health",
        "/;x",
        "http://localhost//models",
        "http://localhost/models;x",
        "/models/%2e%2e/classify?top_k=1",
        "/classify/%c0%af",
        "/classify/%C0%AE%C0%AE",
        "/classify/%e0%80%af",
        "/classify/%ff",
        "/classify/%ed%a0%80",
        "/admin%c0%aftrainings",
        "/q/health%3b",
        "/q/metrics%00",
        "/q/%2E%2e/admin/trainings",
        "/admin/trainings/x/..;/y",
      })
  void anAmbiguousPathIsRejectedWithAProblem(String path) {
    for (String method : new String[] {"GET", "POST", "OPTIONS"}) {
      RawHttp.Answer answer = RawHttp.request(method, path, "Content-Length: 0").send();

      assertThat(answer.status()).as(method + " " + answer.body()).isEqualTo(400);
      if (!path.contains("\0")) { // the HTTP parser answers that without a body
        ErrorAnswers.problem(answer, 400, "BAD_REQUEST");
        assertThat(answer.header("x-request-id")).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2/models/vanillanet-5;x/infer",
        "/v2/models/vanillanet-5/infer;x",
        "/v2;x/models/vanillanet-5/infer",
        "/v2/models/vanillanet-5%2Finfer",
        "/v2%2Fmodels/vanillanet-5/infer",
        "/v2/models//vanillanet-5/infer",
        "/v2/models/x/../vanillanet-5/infer",
        "/v2/models/%2e/vanillanet-5/infer",
        "/v2/repository/index;x",
        "/v2/repository//index",
        "/v2/health/ready;x",
        "/v1/models/vanillanet-5;x:predict",
        "/v1/models/vanillanet-5:predict;x",
        "/v1/models/a%2Fb:predict",
      })
  void anAmbiguousPathOfAnInferenceProtocolIsRejectedInItsFormat(String path) {
    ErrorAnswers.v2(RawHttp.post(path, "Content-Length: 0").send(), 400);
    ErrorAnswers.v2(RawHttp.request("GET", path).send(), 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/predictions/vanillanet-5;x",
        "/predictions;x/vanillanet-5",
        "/predictions/vanillanet-5%2F1",
        "/predictions//vanillanet-5",
        "/predictions/../predictions/vanillanet-5",
        "/ping;x",
        "/ping//",
      })
  void anAmbiguousPathOfTorchServeIsRejectedInItsFormat(String path) {
    for (String method : new String[] {"GET", "PUT", "POST"}) {
      RawHttp.Answer answer = RawHttp.request(method, path, "Content-Length: 0").send();

      assertThat(answer.status()).isEqualTo(400);
      JsonPath body = new JsonPath(answer.body());
      assertThat(body.getInt("code")).isEqualTo(400);
      assertThat(body.getString("type")).isEqualTo("BadRequestException");
    }
  }

  @Test
  void aParameterInThePathDoesNotBypassTheBodyLimit() {
    RawHttp.Answer answer =
        RawHttp.post("/classify;x", "Content-Type: image/jpeg", "Content-Length: 99999999").send();

    ErrorAnswers.problem(answer, 400, "BAD_REQUEST");
    assertThat(answer.header("connection")).isEqualTo("close");
  }

  @Test
  void theConnectionStaysOpenAfterARejectedPath() {
    assertThat(
            RawHttp.request("GET", "/models;x")
                .text("GET /models HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .send(2))
        .extracting(RawHttp.Answer::status)
        .containsExactly(400, 200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/models?x=a//b;c/../d%2F%5C%00",
        "http://localhost/models",
        "http://localhost/models?x=a//b;c",
        "/%6dodels",
        "/models/vanillanet%2D5",
        "/q/health/live?x=..",
        "/page/main.js?v=;",
      })
  void queriesAbsoluteTargetsAndPercentEncodedLettersAreServed(String target) {
    assertThat(RawHttp.request("GET", target).send().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/classify/a%20b",
        "/classify/a..b",
        "/classify/...",
        "/classify/%252e",
        "/classify/%252f",
        "/classify/%25252f",
        "/classify/%ef%bc%8f",
        "/classify/%C3%A9"
      })
  void anUnambiguousPathReachesItsRoute(String path) {
    RawHttp.Answer answer =
        RawHttp.post(path, "Content-Type: image/jpeg", "Content-Length: 0").send();

    ErrorAnswers.problem(answer, 404, "MODEL_NOT_FOUND");
  }

  @Test
  void anEncodedLetterDoesNotBypassTheBodyLimit() {
    RawHttp.Answer answer = RawHttp.post("/%63lassify/" + MODEL, "Content-Length: 99999999").send();

    ErrorAnswers.problem(answer, 413, "TOO_LARGE");
  }
}
