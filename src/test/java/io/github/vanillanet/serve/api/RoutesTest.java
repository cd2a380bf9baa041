package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class RoutesTest {

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @Test
  void modelsListsTheServedModelsAndTheDecoder() {
    JsonPath answer = given().get("/models").jsonPath();

    assertThat(answer.getString("jpeg_decoder"))
        .matches("(libjpeg-turbo|ImageIO).*")
        .doesNotContain("DCT-scaled");

    assertThat(answer.getList("models.name"))
        .containsExactly(TwoSmallModels.OTHER, TwoSmallModels.MODEL);
    assertThat(answer.getMap("groups")).isEmpty();
  }

  @Test
  void aModelListsItsNetworkItsCertificateAndItsTimes() {
    Response response = given().get("/models/" + TwoSmallModels.MODEL);

    assertThat(response.statusCode()).isEqualTo(200);
    JsonPath model = response.jsonPath();
    assertThat(model.getString("name")).isEqualTo(TwoSmallModels.MODEL);
    assertThat(model.getInt("version")).isEqualTo(1);
    assertThat(model.getString("variant")).isEqualTo("vanillanet_5");
    assertThat(model.getInt("depth")).isEqualTo(5);
    assertThat(model.getLong("parameters")).isPositive();
    assertThat(model.getLong("macs")).isPositive();
    assertThat(model.getInt("input_size.height")).isEqualTo(64);
    assertThat(model.getInt("input_size.width")).isEqualTo(64);
    assertThat(model.getInt("preprocessing.resize_height")).isEqualTo(73); // 64 / 0.875
    assertThat(model.getInt("preprocessing.resize_width")).isEqualTo(73);
    assertThat(model.getBoolean("preprocessing.keep_aspect")).isTrue();
    assertThat(model.getList("preprocessing.mean")).hasSize(3);
    assertThat(model.getInt("classes")).isEqualTo(10);
    assertThat(model.getList("labels")).hasSize(10).startsWith("class 0");
    assertThat(model.getString("precision")).isEqualTo("float32");
    assertThat(model.getString("device")).isEqualTo("cpu");
    assertThat(model.getBoolean("trained")).isTrue();
    assertThat(response.asString()).doesNotContain("\"accuracy\"");
    assertThat(model.getDouble("load_ms")).isPositive();
    assertThat(model.getDouble("batch1_latency_ms")).isPositive();
    assertThat(model.getString("certificate.source")).isEqualTo("fused");
    assertThat(model.getDouble("certificate.slope")).isEqualTo(1);
    assertThat(model.getString("certificate.weights_sha256")).matches("[0-9a-f]{64}");
    assertThat(model.getString("certificate.artifact_sha256")).matches("[0-9a-f]{64}");
    assertThat(model.getInt("certificate.probes")).isPositive();
    assertThat(model.getDouble("certificate.served.max_delta"))
        .isLessThanOrEqualTo(model.getDouble("certificate.served.bound"));
  }

  @Test
  void anUnknownModelIsNotFound() {
    Response response = given().get("/models/nope");

    assertThat(ErrorAnswers.problem(response, 404, "MODEL_NOT_FOUND")).contains("'nope'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", "/classify/a/b", "/models/a/b", "/q/nothing", "/V2/x"})
  void anUnknownPathIsNotFound(String path) {
    ErrorAnswers.problem(given().get(path), 404, "NOT_FOUND");
    ErrorAnswers.problem(given().body("x").post(path), 404, "NOT_FOUND");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v2/nothing", "/v2/models/a/b/c", "/v2/repository"})
  void anUnknownPathBelowV2IsNotFoundInTheFormatOfV2(String path) {
    ErrorAnswers.v2(given().get(path), 404);
    ErrorAnswers.v2(given().contentType("application/json").body("{}").post(path), 404);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/classify,'OPTIONS, POST'",
    "DELETE,/classify/vanillanet-5,'OPTIONS, POST'",
    "PUT,/models,'GET, HEAD, OPTIONS'",
    "POST,/models/vanillanet-5,'GET, HEAD, OPTIONS'"
  })
  void aMethodThatIsNotAllowedIsRejectedWithTheAllowedOnes(
      String method, String path, String allowed) {
    Response response = given().request(method, path);

    ErrorAnswers.problem(response, 405, "METHOD_NOT_ALLOWED");
    assertThat(response.header("Allow")).isEqualTo(allowed);
  }

  @Test
  void aMethodThatIsNotAllowedBelowV2IsRejectedInTheFormatOfV2() {
    Response response = given().get("/v2/models/vanillanet-5/infer");

    ErrorAnswers.v2(response, 405);
    assertThat(response.header("Allow")).isEqualTo("OPTIONS, POST");
  }

  @Test
  void anUnsupportedAcceptHeaderIsRejected() {
    Response response = given().accept("text/html").get("/models");

    ErrorAnswers.problem(response, 406, "NOT_ACCEPTABLE");
  }

  @Test
  void aLongPathIsShortenedInTheProblem() {
    Response response = given().get("/" + "a".repeat(3000));

    ErrorAnswers.problem(response, 404, "NOT_FOUND");
  }

  @Test
  void healthMetricsAndTheOpenApiDocumentAreServed() {
    assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
    JsonPath ready = given().get("/q/health/ready").jsonPath();
    assertThat(ready.getString("checks.find { it.name == 'models' }.data.state"))
        .isEqualTo("READY");
    assertThat(given().get("/q/metrics").asString()).contains("jvm_memory_used_bytes");
    assertThat(given().get("/q/openapi").asString())
        .contains("/classify/{model}", "/models/{model}", "/v2/models/{model}/infer");
  }
}
