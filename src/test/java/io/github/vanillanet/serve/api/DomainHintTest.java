package io.github.vanillanet.serve.api;

import static io.github.vanillanet.serve.api.TrainedModels.THRESHOLD;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.model.repository.DomainHint;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model that has learnt one photo: every other picture is out of its domain. */
@QuarkusTest
@TestProfile(TrainedModels.Profile.class)
class DomainHintTest {

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  /** Another picture. */
  private static byte[] unknown() {
    try {
      return Files.readAllBytes(Oracle.file("preprocess/jpeg_wide_2000x60.jpg"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonPath classify(String model, byte[] image) {
    return given()
        .contentType("image/jpeg")
        .body(image)
        .post("/classify/" + model + "?top_k=10")
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  @Test
  void anUnknownPictureIsMarked() {
    JsonPath known = classify("hinted", Service.jpeg());
    JsonPath other = classify("hinted", unknown());

    assertThat(known.getBoolean("out_of_domain")).isFalse();
    assertThat(known.getDouble("domain_score")).isGreaterThan(THRESHOLD);
    assertThat(other.getBoolean("out_of_domain")).isTrue();
    assertThat(other.getDouble("domain_score")).isBetween(-1.0, THRESHOLD);
    assertThat(other.getBoolean("domain_experimental")).isTrue();
  }

  @Test
  void theHintDoesNotChangeTheAnswer() {
    JsonPath plain = classify("plain", unknown());

    assertThat(plain.<Object>get("out_of_domain")).isNull();
    assertThat(plain.<Object>get("domain_score")).isNull();
    assertThat(plain.<Object>get("domain_experimental")).isNull();
    assertThat(classify("hinted", unknown()).<Object>get("predictions"))
        .isEqualTo(plain.<Object>get("predictions"));
  }

  @Test
  void eachOfSeveralImagesHasItsOwnMark() {
    JsonPath answer =
        given()
            .multiPart("image", "1.jpg", unknown(), "image/jpeg")
            .multiPart("image", "2.jpg", new byte[] {1, 2, 3}, "image/jpeg")
            .multiPart("image", "3.jpg", Service.jpeg(), "image/jpeg")
            .post("/classify/hinted")
            .then()
            .statusCode(200)
            .extract()
            .jsonPath();

    assertThat(answer.getBoolean("domain_experimental")).isTrue();
    assertThat(answer.getBoolean("results[0].out_of_domain")).isTrue();
    assertThat(answer.<Object>get("results[1].out_of_domain")).isNull();
    assertThat(answer.getString("results[1].code")).isNotNull();
    assertThat(answer.getBoolean("results[2].out_of_domain")).isFalse();
  }

  @Test
  void theInferenceProtocolMarksImagesInItsParameters() {
    Base64.Encoder base64 = Base64.getEncoder();
    JsonPath answer =
        given()
            .contentType("application/json")
            .body(
                """
                {"inputs":[{"name":"image","datatype":"BYTES","shape":[2],
                  "parameters":{"content_type":"base64"},"data":["%s","%s"]}]}\
                """
                    .formatted(
                        base64.encodeToString(Service.jpeg()), base64.encodeToString(unknown())))
            .post("/v2/models/hinted-image/infer")
            .then()
            .statusCode(200)
            .extract()
            .jsonPath();

    assertThat(answer.getMap("parameters"))
        .isEqualTo(
            Map.of("precision", "float32", "out_of_domain_1", true, "domain_experimental", true));
    assertThat(answer.getList("outputs[0].shape")).isEqualTo(List.of(2, 10));
    assertThat(answer.getList("outputs[0].data")).hasSize(20);
  }

  @Test
  void theModelShowsItsHint() {
    JsonPath model = given().get("/models/hinted").jsonPath();

    assertThat(model.getString("domain.score")).isEqualTo(DomainHint.SCORE);
    assertThat(model.getDouble("domain.threshold")).isEqualTo(THRESHOLD);
    assertThat(model.getInt("domain.images")).isEqualTo(1);
    assertThat(model.getBoolean("domain.experimental")).isTrue(); // not measured
    assertThat(given().get("/models/plain").jsonPath().<Object>get("domain")).isNull();
  }
}
