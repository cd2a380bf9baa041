package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(LanesProfile.class)
class ConfiguredDefaultModelTest {

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @Test
  void aRequestWithoutAModelUsesTheConfiguredDefault() {
    Response body = given().contentType("image/jpeg").body(Service.jpeg()).post("/classify");
    Response upload = given().multiPart("image", "photo.jpg", Service.jpeg()).post("/classify");

    assertThat(body.jsonPath().getString("model")).isEqualTo(TwoSmallModels.OTHER);
    assertThat(upload.asString()).isEqualTo(body.asString());
    assertThat(given().get("/models").jsonPath().getList("models.findAll{it.default}.name"))
        .containsExactly(TwoSmallModels.OTHER);
  }

  @Test
  void otherModelsAnswerWhenNamed() {
    Response response =
        given()
            .contentType("image/jpeg")
            .body(Service.jpeg())
            .post("/classify/" + TwoSmallModels.MODEL);

    assertThat(response.jsonPath().getString("model")).isEqualTo(TwoSmallModels.MODEL);
  }
}
