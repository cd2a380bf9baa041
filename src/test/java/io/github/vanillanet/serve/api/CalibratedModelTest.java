package io.github.vanillanet.serve.api;

import static io.github.vanillanet.serve.api.TrainedModels.BIAS;
import static io.github.vanillanet.serve.api.TrainedModels.TEMPERATURE;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same weights with and without a calibration whose bias changes the order of the classes. */
@QuarkusTest
@TestProfile(TrainedModels.Profile.class)
class CalibratedModelTest {

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  private static JsonPath infer(String model, String parameters) {
    return given()
        .contentType("application/json")
        .body(
            """
            {"inputs":[{"name":"image","datatype":"BYTES","shape":[1],
              "parameters":{"content_type":"base64"},"data":["%s"]}]%s}\
            """
                .formatted(base64(), parameters))
        .post("/v2/models/" + model + "-image/infer")
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  private static String base64() {
    return Base64.getEncoder().encodeToString(Service.jpeg());
  }

  private static double[] logits(String model) {
    return infer(model, "").getList("outputs[0].data", Float.class).stream()
        .mapToDouble(Float::doubleValue)
        .toArray();
  }

  /** Written independently of the service: softmax(logits / T + b). */
  private static double[] probabilities(double[] logits) {
    double[] exponentials =
        IntStream.range(0, logits.length)
            .mapToDouble(i -> Math.exp(logits[i] / TEMPERATURE + BIAS.get(i)))
            .toArray();
    double sum = IntStream.range(0, logits.length).mapToDouble(i -> exponentials[i]).sum();
    return IntStream.range(0, logits.length).mapToDouble(i -> exponentials[i] / sum).toArray();
  }

  private static List<Integer> order(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -values[i]))
        .toList();
  }

  private static void requireCalibrated(List<Map<String, Object>> predictions) {
    double[] expected = probabilities(logits("plain"));
    assertThat(predictions)
        .extracting(it -> it.get("index"))
        .isEqualTo(order(expected).subList(0, predictions.size()));
    for (Map<String, Object> prediction : predictions) {
      assertThat(((Number) prediction.get("probability")).doubleValue())
          .isCloseTo(expected[(int) prediction.get("index")], within(1e-6)); // logits are float32
    }
  }

  @Test
  void theBiasOfThisTestChangesTheBestClass() {
    double[] logits = logits("plain");

    assertThat(order(probabilities(logits)).get(0)).isNotEqualTo(order(logits).get(0));
  }

  @Test
  void logitsAreThoseOfTheNet() {
    assertThat(logits("calibrated")).isEqualTo(logits("plain"));
  }

  @Test
  void oneImageIsAnsweredWithCalibratedProbabilities() {
    requireCalibrated(
        given()
            .contentType("image/jpeg")
            .body(Service.jpeg())
            .post("/classify/calibrated?top_k=10")
            .jsonPath()
            .getList("predictions"));
  }

  @Test
  void severalImagesAreAnsweredWithCalibratedProbabilities() {
    JsonPath answer =
        given()
            .multiPart("image", "1.jpg", Service.jpeg(), "image/jpeg")
            .multiPart("image", "2.jpg", Service.jpeg(), "image/jpeg")
            .post("/classify/calibrated")
            .jsonPath();

    requireCalibrated(answer.getList("results[0].predictions"));
    requireCalibrated(answer.getList("results[1].predictions"));
  }

  @Test
  void otherProtocolsAnswerTheSameProbabilities() {
    Map<String, Float> torchServe =
        given()
            .contentType("image/jpeg")
            .body(Service.jpeg())
            .post("/predictions/calibrated")
            .jsonPath()
            .getMap("");
    String instances = "{\"instances\":[{\"b64\":\"%s\"}]}".formatted(base64());
    RawHttp.Answer kserve =
        RawHttp.post(
                "/v1/models/calibrated:predict",
                "Content-Type: application/json",
                "Content-Length: " + instances.length())
            .text(instances)
            .send();

    double[] expected = probabilities(logits("plain"));
    List<String> best = order(expected).subList(0, 5).stream().map(i -> "class " + i).toList();
    assertThat(torchServe.keySet()).containsExactlyInAnyOrderElementsOf(best);
    torchServe.forEach(
        (label, probability) ->
            assertThat(probability.doubleValue())
                .isCloseTo(expected[Integer.parseInt(label.substring(6))], within(1e-6)));
    assertThat(JsonPath.from(kserve.body()).<String, Float>getMap("predictions[0]"))
        .isEqualTo(torchServe);
  }

  @Test
  void theClassificationExtensionOrdersByProbabilityAndShowsLogits() {
    List<String> best =
        infer(
                "calibrated",
                ",\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"classification\":10}}]")
            .getList("outputs[0].data");

    double[] logits = logits("plain");
    List<Integer> indices = new ArrayList<>();
    for (String text : best) {
      String[] parts = text.split(":");
      int index = Integer.parseInt(parts[1]);
      indices.add(index);
      assertThat(Double.parseDouble(parts[0])).isCloseTo(logits[index], within(1e-6));
    }
    assertThat(indices).isEqualTo(order(probabilities(logits)));
  }

  @Test
  void theModelShowsItsCalibration() {
    JsonPath model = given().get("/models/calibrated").jsonPath();

    assertThat(model.getDouble("calibration.temperature")).isEqualTo(TEMPERATURE);
    assertThat(model.getList("calibration.bias", Double.class)).isEqualTo(BIAS);
    assertThat(model.getInt("calibration.images")).isEqualTo(400);
    assertThat(model.getDouble("calibration.ece_before")).isEqualTo(0.125);
    assertThat(model.getDouble("calibration.ece_after")).isEqualTo(0.0625);
    assertThat(given().get("/models/plain").jsonPath().<Object>get("calibration")).isNull();
  }
}
