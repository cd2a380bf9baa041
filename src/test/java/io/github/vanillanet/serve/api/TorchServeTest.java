package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of TorchServe and of SageMaker. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class TorchServeTest {

  private static final String KSERVE = "/v1/models/" + TwoSmallModels.MODEL;
  private static final String TORCH = "/predictions/" + TwoSmallModels.MODEL;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
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
  void torchServePingReportsHealthy() {
    assertThat(given().get("/ping").jsonPath().getString("status")).isEqualTo("Healthy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/1", "/1.0"})
  void torchServeAcceptsRawBodiesAndUploads(String version) {
    byte[] image = Service.jpeg();
    Map<String, Float> expected = Service.probabilities(image);

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
  void torchServeAcceptsBase64AndJson() {
    byte[] image = Service.jpeg();
    Map<String, Float> expected = Service.probabilities(image);
    String text = Service.base64(image);

    for (String body :
        List.of(
            "{\"data\":\"%s\"}".formatted(text),
            "{\"body\":{\"b64\":\"%s\"}}".formatted(text),
            text,
            "data:image/jpeg;base64," + text)) {
      Response answer = given().contentType("application/json").body(body.getBytes()).post(TORCH);
      assertThat(answer.jsonPath().<String, Float>getMap("$")).isEqualTo(expected);
    }
    Response listed =
        given().body("{\"instances\":[\"%s\",\"%s\"]}".formatted(text, text)).post(TORCH);
    assertThat(listed.jsonPath().<String, Float>getMap("predictions[1]")).isEqualTo(expected);
    Response field = given().multiPart("body", "kitten.jpg", image).post(TORCH);
    assertThat(field.jsonPath().<String, Float>getMap("$")).isEqualTo(expected);
    requireTorch(
        given().multiPart("data", "a", image).multiPart("data", "b", image).post(TORCH),
        400,
        "BadRequestException");
  }

  @Test
  void sageMakerInvokesTheDefaultModel() {
    byte[] image = Service.jpeg();

    Response raw = given().contentType("application/x-image").body(image).post("/invocations");
    Response json =
        given()
            .contentType("application/json")
            .body("{\"instances\":[{\"b64\":\"%s\"}]}".formatted(Service.base64(image)))
            .post("/invocations");

    assertThat(raw.statusCode()).as(raw.asString()).isEqualTo(200);
    assertThat(json.jsonPath().getMap("predictions[0]")).isEqualTo(raw.jsonPath().getMap("$"));
  }

  /** {@code curl --data-binary @photo} sends the content type of a form. */
  @Test
  void anImageWithTheContentTypeOfAFormIsAccepted() {
    byte[] image = Service.jpeg();
    String form = "Content-Type: application/x-www-form-urlencoded";

    for (String path : List.of(TORCH, "/classify", "/invocations")) {
      RawHttp.Answer answer =
          RawHttp.post(path, form, "Content-Length: " + image.length).bytes(image).send();
      assertThat(answer.status()).as(path + answer.body()).isEqualTo(200);
    }
    RawHttp.Answer noImage =
        RawHttp.post("/classify", form, "Content-Length: 3").text("a=b").send();
    assertThat(noImage.status()).isEqualTo(415);
    Response other = given().contentType("text/csv").body("a").post("/classify");
    assertThat(other.statusCode()).isEqualTo(415);
    assertThat(other.jsonPath().getString("detail"))
        .contains("image/*", "application/octet-stream", "multipart/form-data", "text/csv");
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
