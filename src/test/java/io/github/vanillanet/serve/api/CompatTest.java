package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of KServe's protocol V1 and of TorchServe. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class CompatTest {

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

  private static String base64(byte[] image) {
    return Base64.getEncoder().encodeToString(image);
  }

  private static Map<String, Float> expected(byte[] image) {
    JsonPath answer =
        given()
            .contentType("application/octet-stream")
            .body(image)
            .post("/classify/" + TwoSmallModels.MODEL)
            .jsonPath();
    Map<String, Float> expected = new java.util.HashMap<>();
    for (Map<String, Object> prediction : answer.<Map<String, Object>>getList("predictions")) {
      expected.put((String) prediction.get("label"), (Float) prediction.get("probability"));
    }
    return expected;
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
        "{\"signature_name\":\"serving_default\",\"inputs\":[{\"data\":{\"b64\":\"%s\"}}]}"
      })
  void kserveAcceptsTheUsualFormsOfBase64Instances(String form) {
    RawHttp.Answer answer = predict(form.formatted(base64(Service.jpeg())));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    JsonPath predictions = JsonPath.from(answer.body());
    assertThat(predictions.getList("predictions")).hasSize(1);
    assertThat(predictions.<String, Float>getMap("predictions[0]"))
        .isEqualTo(expected(Service.jpeg()));
  }

  /** The output of {@code base64} and of Python's {@code encodebytes}. */
  @Test
  void kserveAcceptsBase64WithLineBreaks() {
    String lines = Base64.getMimeEncoder().encodeToString(Service.jpeg());

    RawHttp.Answer answer =
        predict("{\"instances\":[{\"b64\":\"%s\\n\"}]}".formatted(lines.replace("\r\n", "\\r\\n")));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  /** The request of {@code requests.post(url, data=image)}. */
  @ParameterizedTest
  @ValueSource(strings = {TORCH, TORCH + "/1", TORCH + "/1.0", "/classify/" + TwoSmallModels.MODEL})
  void aBodyWithoutAContentTypeIsReadAsAnImage(String path) {
    byte[] image = Service.jpeg();

    RawHttp.Answer answer =
        RawHttp.post(path, "Accept: */*", "Content-Length: " + image.length).bytes(image).send();

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void anInvalidInstanceDoesNotAffectTheOthers() {
    RawHttp.Answer answer =
        predict(
            "{\"instances\":[{\"b64\":\"%s\"},{\"b64\":\"aGk=\"},{\"b64\":\"%s\"}]}"
                .formatted(base64(Service.jpeg()), base64(Service.image("png_rgb.png"))));

    JsonPath predictions = JsonPath.from(answer.body());
    assertThat(predictions.getList("predictions")).hasSize(3);
    assertThat(predictions.getMap("predictions[1]")).containsOnlyKeys("error");
    assertThat(predictions.<String, Float>getMap("predictions[2]"))
        .isEqualTo(expected(Service.image("png_rgb.png")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{}; 'instances'",
        "{\"instances\":[]}; 'instances'",
        "{\"instances\":{}}; instances",
        "{\"instances\":[1]}; instance 0",
        "{\"instances\":[\"aGk=\"]}; instance 0",
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

  @Test
  void torchServePingReportsHealthy() {
    assertThat(given().get("/ping").jsonPath().getString("status")).isEqualTo("Healthy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/1", "/1.0"})
  void torchServeAcceptsRawBodiesAndUploads(String version) {
    byte[] image = Service.jpeg();
    Map<String, Float> expected = expected(image);

    RawHttp.Answer curl =
        RawHttp.request("PUT", TORCH + version, "Content-Length: " + image.length)
            .bytes(image)
            .send();
    Response post = given().contentType("image/jpeg").body(image).post(TORCH + version);
    Response upload = given().multiPart("data", "kitten.jpg", image).post(TORCH + version);

    assertThat(JsonPath.from(curl.body()).<String, Float>getMap("$")).isEqualTo(expected);
    assertThat(post.jsonPath().<String, Float>getMap("$")).isEqualTo(expected).hasSize(5);
    assertThat(upload.asString()).isEqualTo(post.asString());
    List<Float> inOrder = List.copyOf(post.jsonPath().<String, Float>getMap("$").values());
    assertThat(inOrder).isSortedAccordingTo(java.util.Comparator.reverseOrder());
  }

  @Test
  void errorsHaveTheFormatOfTorchServe() {
    byte[] image = Service.jpeg();

    requireTorch(
        given().contentType("image/jpeg").body(image).post("/predictions/nope"),
        404,
        "ModelNotFoundException");
    requireTorch(
        given().contentType("image/jpeg").body(image).post(TORCH + "/2"),
        404,
        "ModelNotFoundException");
    requireTorch(given().get(TORCH), 405, "MethodNotAllowedException");
    requireTorch(given().multiPart("x", "y", image).post(TORCH), 400, "BadRequestException");
    requireTorch(
        given().contentType("image/jpeg").body("hello".getBytes()).post(TORCH),
        415,
        "UnsupportedMediaTypeException");
    requireTorch(
        given()
            .contentType("image/jpeg")
            .body(Arrays.copyOf(image, TwoSmallModels.MAX_IMAGE_BODY + 1))
            .post(TORCH),
        413,
        "ContentTooLargeException");
  }

  private static void requireTorch(Response response, int status, String type) {
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(status);
    JsonPath error = response.jsonPath();
    assertThat(error.getMap("$")).containsOnlyKeys("code", "type", "message");
    assertThat(error.getInt("code")).isEqualTo(status);
    assertThat(error.getString("type")).isEqualTo(type);
    assertThat(error.getString("message")).isNotBlank();
  }
}
