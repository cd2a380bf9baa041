package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class ClassifyTest {

  private static final String PATH = "/classify/" + TwoSmallModels.MODEL;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @ParameterizedTest
  @CsvSource({
    "jpeg_420.jpg,image/jpeg",
    "jpeg_420.jpg,application/octet-stream",
    "png_rgb.png,image/png",
    "png_rgb.png,image/x-of-any-kind",
    "gif.gif,image/gif",
    "bmp_24.bmp,image/bmp",
    "webp_lossless.webp,image/webp"
  })
  void anImageInTheBodyIsClassified(String image, String contentType) {
    Response response = given().contentType(contentType).body(Service.image(image)).post(PATH);

    assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
    assertThat(response.contentType()).startsWith("application/json");
    JsonPath answer = response.jsonPath();
    assertThat(answer.getString("model")).isEqualTo(TwoSmallModels.MODEL);
    assertThat(answer.getInt("version")).isEqualTo(1);
    assertThat(answer.getBoolean("trained")).isTrue();
    assertThat(answer.getList("predictions")).hasSize(5);
  }

  @Test
  void predictionsAreSortedAndTheirProbabilitiesAddUpToOne() {
    JsonPath answer =
        given()
            .contentType("image/jpeg")
            .body(Service.jpeg())
            .queryParam("top_k", 10)
            .post(PATH)
            .jsonPath();

    List<Double> probabilities = answer.getList("predictions.probability", Double.class);
    assertThat(probabilities).isSortedAccordingTo(Comparator.reverseOrder());
    // JsonPath reads float32
    assertThat(probabilities.stream().mapToDouble(Double::doubleValue).sum())
        .isEqualTo(1, within(1e-6));
    List<Integer> indices = answer.getList("predictions.index", Integer.class);
    assertThat(indices).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(answer.getString("predictions[0].label")).isEqualTo("class " + indices.get(0));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "5,5", "10,10", "11,10", "2147483647,10", "'',5"})
  void topKSetsTheNumberOfPredictions(String topK, int expected) {
    Response response =
        given().contentType("image/jpeg").body(Service.jpeg()).queryParam("top_k", topK).post(PATH);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.jsonPath().getList("predictions")).hasSize(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "five", "2.5", "2147483648", "1e3", " "})
  void anInvalidTopKIsRejected(String topK) {
    Response response =
        given().contentType("image/jpeg").body(Service.jpeg()).queryParam("top_k", topK).post(PATH);

    assertThat(ErrorAnswers.problem(response, 400, "INVALID_REQUEST")).contains("top_k", topK);
  }

  @Test
  void anUploadedImageIsClassified() {
    Response upload = given().multiPart("image", "photo.jpg", Service.jpeg()).post(PATH);
    Response body = given().contentType("image/jpeg").body(Service.jpeg()).post(PATH);

    assertThat(upload.statusCode()).isEqualTo(200);
    assertThat(upload.asString()).isEqualTo(body.asString());
  }

  @Test
  void anUploadMayHaveOtherFields() {
    Response response =
        given()
            .multiPart("comment", "a cat")
            .multiPart("image", "photo.jpg", Service.jpeg(), "image/jpeg")
            .queryParam("top_k", 2)
            .post(PATH);

    assertThat(response.jsonPath().getList("predictions")).hasSize(2);
  }

  @Test
  void anUploadWithoutTheFieldImageIsRejected() {
    Response response = given().multiPart("picture", "photo.jpg", Service.jpeg()).post(PATH);

    assertThat(ErrorAnswers.problem(response, 400, "INVALID_REQUEST")).contains("'image'");
  }

  @Test
  void aBodyWithoutAContentTypeIsAnImage() {
    byte[] image = Service.jpeg();

    RawHttp.Answer answer =
        RawHttp.post(PATH, "Transfer-Encoding: chunked").chunk(image).lastChunk().send();

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void anUnknownModelIsNotFoundAndTheAnswerNamesTheLoadedModels() {
    Response response =
        given().contentType("image/jpeg").body(Service.jpeg()).post("/classify/nope");

    assertThat(ErrorAnswers.problem(response, 404, "MODEL_NOT_FOUND"))
        .contains("'nope'", TwoSmallModels.MODEL, TwoSmallModels.OTHER);
  }

  @Test
  void aRequestWithoutAModelUsesTheDefaultModel() {
    String defaultModel =
        given().get("/models").jsonPath().getString("models.find{it.default}.name");

    Response body = given().contentType("image/jpeg").body(Service.jpeg()).post("/classify");
    Response upload = given().multiPart("image", "photo.jpg", Service.jpeg()).post("/classify");

    assertThat(defaultModel).isIn(TwoSmallModels.MODEL, TwoSmallModels.OTHER);
    assertThat(body.jsonPath().getString("model")).isEqualTo(defaultModel);
    assertThat(upload.asString()).isEqualTo(body.asString());
  }
}
