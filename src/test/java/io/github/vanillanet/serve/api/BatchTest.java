package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class BatchTest {

  private static final String PATH = "/classify/" + TwoSmallModels.MODEL;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  private static Response upload(byte[]... images) {
    return uploadTo(PATH, images);
  }

  private static Response uploadTo(String path, byte[]... images) {
    RequestSpecification request = given().queryParam("deadline_ms", 100_000);
    for (byte[] image : images) {
      request.multiPart("image", "photo", image);
    }
    return request.post(path);
  }

  @Test
  void severalImagesAreAnsweredInOrder() {
    byte[] jpeg = Service.jpeg();
    byte[] png = Service.image("png_rgb.png");

    JsonPath answer = upload(jpeg, png, jpeg).jsonPath();

    assertThat(answer.getString("model")).isEqualTo(TwoSmallModels.MODEL);
    assertThat(answer.getList("results.index")).isEqualTo(List.of(0, 1, 2));
    assertThat(answer.getList("results[0].predictions.index"))
        .isEqualTo(upload(jpeg).jsonPath().getList("predictions.index"));
    assertThat(answer.getList("results[1].predictions.index"))
        .isEqualTo(upload(png).jsonPath().getList("predictions.index"));
    assertThat(answer.getList("results[2].predictions"))
        .isEqualTo(answer.getList("results[0].predictions"));
  }

  @Test
  void anInvalidImageDoesNotAffectTheOthers() {
    Response response = upload("hello".getBytes(), Service.jpeg(), new byte[0]);

    assertThat(response.statusCode()).isEqualTo(200);
    JsonPath answer = response.jsonPath();
    assertThat(answer.getMap("results[0]")).containsOnlyKeys("index", "status", "code", "error");
    assertThat(answer.getInt("results[0].status")).isEqualTo(415);
    assertThat(answer.getString("results[0].code")).isEqualTo("UNSUPPORTED_IMAGE");
    assertThat(answer.getMap("results[1]")).containsOnlyKeys("index", "precision", "predictions");
    assertThat(answer.getList("results[1].predictions")).hasSize(5);
    assertThat(answer.getInt("results[2].index")).isEqualTo(2);
  }

  @Test
  void onlyInvalidImagesOrTooManyImagesAreRejected() {
    ErrorAnswers.problem(upload("a".getBytes(), "b".getBytes()), 415, "UNSUPPORTED_IMAGE");

    byte[][] many = new byte[65][];
    java.util.Arrays.fill(many, "x".getBytes());
    for (String api : List.of("/classify/", "/embed/")) {
      Response answer = uploadTo(api + TwoSmallModels.MODEL, many);
      assertThat(ErrorAnswers.problem(answer, 413, "TOO_LARGE")).as(api).contains("at most 64");
    }
    Response explained = uploadTo("/explain/" + TwoSmallModels.MODEL, many);
    assertThat(ErrorAnswers.problem(explained, 413, "TOO_LARGE")).contains("one image");
  }
}
