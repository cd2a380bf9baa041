package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stages, deadlines, groups and metrics in the answers of the service. */
@QuarkusTest
@TestProfile(LanesProfile.class)
class LatencyTest {

  private static final String[] STAGES = {"decode", "preprocess", "queue", "infer", "postprocess"};

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @Test
  void theStagesAccountForMostOfTheTime() {
    String many = InferJson.images(Collections.nCopies(20, Service.jpeg()));

    List<Double> sharesOfTotal = new ArrayList<>();
    List<Double> sharesOfWallTime = new ArrayList<>();
    for (int i = 0; i < 5; i++) { // other load may distort single requests
      long sent = System.nanoTime();
      Response response = infer(TwoSmallModels.MODEL + "-image", many);
      double wallMillis = (System.nanoTime() - sent) / 1e6;
      assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
      Map<String, Double> timing = timing(response);
      sharesOfTotal.add(shareOfStages(timing));
      sharesOfWallTime.add(timing.get("total") / wallMillis);
    }

    assertThat(sharesOfTotal).allMatch(share -> share <= 1.0);
    assertThat(Collections.max(sharesOfTotal)).isGreaterThan(0.5);
    assertThat(sharesOfWallTime)
        .as("share of the time that the client measured")
        .allMatch(share -> share <= 1.0);
    assertThat(Collections.max(sharesOfWallTime)).isGreaterThan(0.3);
  }

  private static double shareOfStages(Map<String, Double> timing) {
    double sum = 0;
    for (String stage : STAGES) {
      assertThat(timing.get(stage)).as(stage).isPositive();
      sum += timing.get(stage);
    }
    return sum / timing.get("total");
  }

  @Test
  void modelsListsTheGroups() {
    assertThat(given().get("/models").jsonPath().getList("groups.pair"))
        .containsExactly(TwoSmallModels.MODEL, TwoSmallModels.OTHER);
  }

  @Test
  void modelsReportsDctScaling() {
    assertThat(given().get("/models").jsonPath().getString("jpeg_decoder"))
        .matches("libjpeg-turbo .*, large photos DCT-scaled|ImageIO .*");
  }

  @Test
  void everyAnswerHasItsStagesAndItsModelInHeaders() {
    Response classified = classify("/classify/" + TwoSmallModels.OTHER);
    Response inferred = infer(TwoSmallModels.MODEL, InferJson.request(InferJson.zeros()));
    Response rejected = classify("/classify/absent");

    assertThat(timing(classified).get("infer")).isPositive();
    assertThat(classified.header("X-Model")).isEqualTo(TwoSmallModels.OTHER);
    assertThat(timing(inferred).get("infer")).isPositive();
    assertThat(inferred.header("X-Model")).isEqualTo(TwoSmallModels.MODEL);
    assertThat(timing(rejected)).containsEntry("infer", 0.0).containsKey("total");
  }

  @Test
  void aBudgetThatCannotBeMetIsRejectedWithoutDecoding() {
    Response header =
        given()
            .header("X-Latency-Budget-Ms", "0.001")
            .contentType("image/jpeg")
            .body(Service.jpeg())
            .post("/classify/" + TwoSmallModels.MODEL);
    Response query = classify("/classify/" + TwoSmallModels.MODEL + "?deadline_ms=0.001");

    for (Response late : List.of(header, query)) {
      assertThat(ErrorAnswers.problem(late, 504, "DEADLINE_EXCEEDED")).contains("budget of 0.0 ms");
      assertThat(timing(late)).containsEntry("decode", 0.0);
    }
  }

  @Test
  void anAmpleBudgetDoesNotChangeTheAnswer() {
    Response plain = classify("/classify/" + TwoSmallModels.MODEL);
    Response ample = classify("/classify/" + TwoSmallModels.MODEL + "?deadline_ms=600000");

    assertThat(ample.asString()).isEqualTo(plain.asString());
  }

  @Test
  void anInvalidBudgetIsRejected() {
    for (String budget : List.of("0", "-1", "soon", "NaN")) {
      assertThat(
              ErrorAnswers.problem(
                  classify("/classify/" + TwoSmallModels.MODEL + "?deadline_ms=" + budget),
                  400,
                  "INVALID_REQUEST"))
          .contains("deadline_ms", budget);
    }
  }

  @Test
  void anAnswerOfAGroupNamesTheMember() {
    Response response = classify("/classify/pair");

    String model = response.jsonPath().getString("model");
    assertThat(model).isIn(TwoSmallModels.MODEL, TwoSmallModels.OTHER);
    assertThat(response.header("X-Model")).isEqualTo(model);
  }

  @Test
  void metricsHaveTheNamesThatDashboardsUse() {
    classify("/classify/" + TwoSmallModels.MODEL);

    String metrics = given().accept("application/openmetrics-text").get("/q/metrics").asString();

    for (String name :
        List.of(
            "vanillanet_stage_seconds_bucket{model=\"vanillanet-5\",stage=\"infer\",le=\"1.0E-4\"",
            "vanillanet_infer_seconds_bucket{batch=\"1\",device=\"cpu\",model=\"vanillanet-5\"",
            "vanillanet_queue_images{model=\"vanillanet-5\"",
            "vanillanet_inflight_images{model=\"vanillanet-5\"",
            "vanillanet_batch_images_count{model=\"vanillanet-5\"",
            "vanillanet_requests_total{model=\"vanillanet-5\",outcome=\"rejected\"",
            "vanillanet_requests_total{model=\"vanillanet-5\",outcome=\"expired\"",
            "vanillanet_lane_busy_seconds_total{model=\"vanillanet-5\"",
            "vanillanet_lanes{model=\"vanillanet-5\"} 2.0",
            "vanillanet_swaps_total{model=\"vanillanet-5\"",
            "nv_inference_request_success{model=\"vanillanet-5\",version=\"1\"",
            "nv_inference_request_failure{model=\"vanillanet-5\",version=\"1\",reason=\"REJECTED\"",
            "nv_inference_queue_duration_us{model=\"vanillanet-5\",version=\"1\"",
            "nv_inference_pending_request_count{model=\"vanillanet-5\",version=\"1\"",
            "request_preprocess_seconds_bucket{model_name=\"vanillanet-5\"",
            "request_predict_seconds_bucket{model_name=\"vanillanet-5\"",
            "request_postprocess_seconds_bucket{model_name=\"vanillanet-5\"",
            "ts_inference_requests_total{model_name=\"vanillanet-5\",model_version=\"1\"",
            "ts_inference_latency_microseconds{model_name=\"vanillanet-5\"",
            "ts_queue_latency_microseconds{model_name=\"vanillanet-5\"")) {
      assertThat(metrics).contains("\n" + name);
    }
  }

  private static Response classify(String path) {
    return given().contentType("image/jpeg").body(Service.jpeg()).post(path);
  }

  private static Response infer(String model, String json) {
    return given()
        .contentType("application/json")
        .body(json)
        .post("/v2/models/" + model + "/infer");
  }

  private static Map<String, Double> timing(Response response) {
    Map<String, Double> stages = new LinkedHashMap<>();
    for (String entry : response.header("Server-Timing").split(", ")) {
      String[] parts = entry.split(";dur=");
      stages.put(parts[0], Double.parseDouble(parts[1]));
    }
    return stages;
  }
}
