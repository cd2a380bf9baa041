package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of KServe's protocol V1. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class KServeV1Test {

  private static final String KSERVE = "/v1/models/" + TwoSmallModels.MODEL;
  private static final String TORCH = "/predictions/" + TwoSmallModels.MODEL;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  private static RawHttp.Answer predict(String body) {
    return RawHttp.post(
            KSERVE + ":predict",
            "Content-Type: application/json",
            "Content-Length: " + body.length())
        .text(body)
        .send();
  }

  @Test
  void kserveListsModelsAndTheirReadiness() {
    assertThat(given().get("/v1/models").jsonPath().getList("models"))
        .containsExactly(TwoSmallModels.OTHER, TwoSmallModels.MODEL);
    assertThat(given().get(KSERVE).jsonPath().getBoolean("ready")).isTrue();
    ErrorAnswers.v2(given().get("/v1/models/nope"), 404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"instances\":[{\"b64\":\"%s\"}]}",
        "{\"instances\":[{\"image\":{\"b64\":\"%s\"}}]}",
        "{\"instances\":[{\"image_bytes\":{\"b64\":\"%s\"},\"key\":\"1\"}]}",
        "{\"instances\":[{\"data\":\"%s\"}]}",
        "{\"instances\":[\"%s\"]}",
        "{\"instances\":[{\"b64\":\"data:image/jpeg;base64,%s\"}]}",
        "{\"inputs\":{\"image\":[{\"b64\":\"%s\"}],\"key\":[7]}}",
        "{\"inputs\":{\"b64\":\"%s\"}}",
        "{\"signature_name\":\"serving_default\",\"inputs\":[{\"data\":{\"b64\":\"%s\"}}]}"
      })
  void kserveAcceptsTheUsualFormsOfBase64Instances(String form) {
    RawHttp.Answer answer = predict(form.formatted(Service.base64(Service.jpeg())));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    JsonPath predictions = JsonPath.from(answer.body());
    assertThat(predictions.getList("predictions")).hasSize(1);
    assertThat(predictions.<String, Float>getMap("predictions[0]"))
        .isEqualTo(Service.probabilities(Service.jpeg()));
  }

  @Test
  void kserveAcceptsAVersionAndAnEncodedColon() {
    String body = "{\"instances\":[{\"b64\":\"%s\"}]}".formatted(Service.base64(Service.jpeg()));

    for (String path : List.of(KSERVE + "/versions/1:predict", KSERVE + "%3Apredict")) {
      RawHttp.Answer answer =
          RawHttp.post(path + "?top_k=2", "Content-Length: " + body.length()).text(body).send();
      assertThat(answer.status()).as(path + answer.body()).isEqualTo(200);
      assertThat(JsonPath.from(answer.body()).getMap("predictions[0]")).hasSize(2);
    }
    ErrorAnswers.v2(
        RawHttp.post(KSERVE + "/versions/7:predict", "Content-Length: " + body.length())
            .text(body)
            .send(),
        404);
  }

  /** The text of a picture crosses several buffers of the parser. */
  @Test
  void base64OfTheUrlAlphabetIsAccepted() {
    byte[] image = Service.image("png_rgb.png");
    String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(image);
    assertThat(encoded).contains("-", "_");

    RawHttp.Answer answer =
        predict("{\"a-b_c\":\"-_\",\"instances\":[{\"b64\":\"%s\"}]}".formatted(encoded));

    assertThat(JsonPath.from(answer.body()).<String, Float>getMap("predictions[0]"))
        .isEqualTo(Service.probabilities(image));
  }

  @Test
  void anUnknownModelIsReportedBeforeAnInvalidBody() {
    for (String path :
        List.of(
            "/v1/models/nope:predict",
            "/v2/models/nope/infer",
            "/v2/models/nope-image/infer",
            "/v2/models/%s/versions/9/infer".formatted(TwoSmallModels.MODEL))) {
      ErrorAnswers.v2(given().body("{").post(path), 404);
    }
  }

  @Test
  void kservesLivenessCheckSharesThePathOfThePage() {
    Response check = given().accept("*/*").get("/");
    Response page = given().accept("text/html,*/*;q=0.8").get("/");

    assertThat(check.jsonPath().getString("status")).isEqualTo("alive");
    assertThat(check.header("Vary")).containsIgnoringCase("Accept");
    assertThat(page.contentType()).startsWith("text/html");
    assertThat(page.header("Vary")).containsIgnoringCase("Accept");
  }

  /** The output of {@code base64} and of Python's {@code encodebytes}. */
  @Test
  void kserveAcceptsBase64WithLineBreaks() {
    String lines = Base64.getMimeEncoder().encodeToString(Service.jpeg());

    RawHttp.Answer answer =
        predict("{\"instances\":[{\"b64\":\"%s\\n\"}]}".formatted(lines.replace("\r\n", "\\r\\n")));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void anInvalidInstanceDoesNotAffectTheOthers() {
    RawHttp.Answer answer =
        predict(
            "{\"instances\":[{\"b64\":\"%s\"},{\"b64\":\"aGk=\"},{\"b64\":\"%s\"}]}"
                .formatted(
                    Service.base64(Service.jpeg()), Service.base64(Service.image("png_rgb.png"))));

    JsonPath predictions = JsonPath.from(answer.body());
    assertThat(predictions.getList("predictions")).hasSize(3);
    assertThat(predictions.getMap("predictions[1]")).containsOnlyKeys("error");
    assertThat(predictions.<String, Float>getMap("predictions[2]"))
        .isEqualTo(Service.probabilities(Service.image("png_rgb.png")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{}; 'instances'",
        "{\"instances\":[]}; 'instances'",
        "{\"instances\":{}}; instances",
        "{\"instances\":[1]}; instance 0",
        "{\"instances\":[3]}; instance 0",
        "{\"instances\":[{}]}; instance 0",
        "{\"instances\":[{\"b64\":5}]}; b64",
        "{\"instances\":[{\"b64\":\"!\"}]}; base64",
        "{\"instances\":[{\"b64\":\"aGk=\",\"data\":\"aGk=\"}]}; instance 0",
        "{\"instances\":[{\"image\":{\"image\":{}}}]}; instance 0",
        "[]; the request",
        "{\"instances\":[; JSON"
      })
  void anInvalidPredictionRequestIsRejectedWithTheReason(String body, String why) {
    assertThat(ErrorAnswers.v2(predict(body), 400)).contains(why);
  }

  @Test
  void tooDeepOrTooManyInstancesAreRejected() {
    String deep = "{\"instances\":[" + "{\"image\":".repeat(50_000);
    String many = "{\"instances\":[" + "{\"b64\":\"\"},".repeat(64) + "{\"b64\":\"\"}]}";

    assertThat(ErrorAnswers.v2(predict(deep), 400)).contains("depth");
    assertThat(ErrorAnswers.v2(predict(many), 413)).contains("at most 64");
  }
}
