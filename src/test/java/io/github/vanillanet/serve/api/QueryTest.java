package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The query parameters of the routes that answer with predictions. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class QueryTest {

  /** A route, a body in its format, and the predictions of its answer. */
  enum Route {
    CLASSIFY("/classify/" + TwoSmallModels.MODEL, "predictions"),
    UPLOAD("/classify/" + TwoSmallModels.MODEL, "predictions"),
    SEVERAL("/classify/" + TwoSmallModels.MODEL, "results[1].predictions"),
    KSERVE("/v1/models/" + TwoSmallModels.MODEL + ":predict", "predictions[0]"),
    KSERVE_VERSION("/v1/models/" + TwoSmallModels.MODEL + "/versions/1:predict", "predictions[0]"),
    TORCHSERVE("/predictions/" + TwoSmallModels.MODEL, ""),
    TORCHSERVE_FORM("/predictions/" + TwoSmallModels.MODEL + "/1", "");

    private final String path;
    private final String predictions;

    Route(String path, String predictions) {
      this.path = path;
      this.predictions = predictions;
    }

    private Response post(String query) {
      RequestSpecification request =
          switch (this) {
            case CLASSIFY, TORCHSERVE -> given().contentType("image/jpeg").body(Service.jpeg());
            case UPLOAD -> given().multiPart("image", "a.jpg", Service.jpeg());
            case SEVERAL ->
                given()
                    .multiPart("image", "a.jpg", Service.jpeg())
                    .multiPart("image", "b.jpg", Service.jpeg());
            case TORCHSERVE_FORM -> given().multiPart("data", "a.jpg", Service.jpeg());
            case KSERVE, KSERVE_VERSION ->
                given()
                    .contentType("application/json")
                    .body(
                        "{\"instances\": [{\"b64\": \"%s\"}]}"
                            .formatted(Base64.getEncoder().encodeToString(Service.jpeg())));
          };
      return request.urlEncodingEnabled(false).post(path + query);
    }

    /** The probabilities of the predictions. */
    private List<Float> probabilities(String query) {
      Response response = post(query);
      assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
      return path.startsWith("/classify")
          ? response.jsonPath().getList(predictions + ".probability", Float.class)
          : List.copyOf(response.jsonPath().<String, Float>getMap(predictions).values());
    }
  }

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @ParameterizedTest
  @EnumSource
  void topKAndThresholdSelectThePredictions(Route route) {
    List<Float> all = route.probabilities("?top_k=10");
    double third = all.get(2);

    assertThat(all).hasSize(10);
    assertThat(route.probabilities("")).isEqualTo(all.subList(0, 5));
    assertThat(route.probabilities("?top_k=7")).isEqualTo(all.subList(0, 7));
    assertThat(route.probabilities("?threshold=" + (third - 1e-6))).isEqualTo(all.subList(0, 3));
    assertThat(route.probabilities("?top_k=1&threshold=" + (third - 1e-6)))
        .isEqualTo(all.subList(0, 1));
    assertThat(route.probabilities("?threshold=1")).isEmpty();
    assertThat(route.probabilities("?top_k=10&threshold=0")).isEqualTo(all);
  }

  @ParameterizedTest
  @EnumSource
  void unknownParametersAndInvalidValuesAreRejected(Route route) {
    for (String query :
        List.of(
            "?topk=1",
            "?deadline=80",
            "?threshold=1.5",
            "?threshold=-1",
            "?threshold=NaN",
            "?threshold=half",
            "?threshold=")) {
      Response response = route.post(query);
      assertThat(response.statusCode()).as(query).isEqualTo(400);
    }
    assertThat(route.post("?topk=1").asString())
        .contains("topk", "top_k", "threshold", "deadline_ms", "exif", "truncated");
  }
}
