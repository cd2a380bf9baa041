package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What NVIDIA's clients read about the server and its models; see {@link TritonBytes}. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class TritonModelTest {

  private static final String MODEL = "/v2/models/" + TwoSmallModels.MODEL;
  private static final String IMAGE = MODEL + "-image";
  private static final double TOLERANCE = 1e-4; // as in InferTest
  private static final int SAMPLE = 3 * 64 * 64;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @Test
  void serverMetadataHasNameVersionAndExtensions() {
    for (String path : List.of("/v2", "/v2/")) {
      JsonPath server = given().get(path).jsonPath();
      assertThat(server.getString("name")).isEqualTo("vanillanet-serving");
      assertThat(server.getString("version")).isNotBlank();
      assertThat(server.getList("extensions", String.class))
          .contains("binary_tensor_data", "classification", "model_configuration", "statistics");
    }
    assertThat(given().get("/v2/health/live").jsonPath().getBoolean("live")).isTrue();
    assertThat(given().get("/v2/health/ready").jsonPath().getBoolean("ready")).isTrue();
  }

  @Test
  void theTensorViewAndTheImageViewHaveMetadataAndConfiguration() {
    for (String path : List.of(MODEL, MODEL + "/versions/1")) {
      JsonPath metadata = given().get(path).jsonPath();
      assertThat(metadata.getString("platform")).isEqualTo("pytorch_torchscript");
      assertThat(metadata.getList("versions", String.class)).containsExactly("1");
      assertThat(metadata.getString("inputs[0].name")).isEqualTo("input");
      assertThat(metadata.getList("inputs[0].shape", Integer.class)).containsExactly(-1, 3, 64, 64);
      assertThat(metadata.getList("outputs[0].shape", Integer.class)).containsExactly(-1, 10);
      assertThat(given().get(path + "/ready").jsonPath().getBoolean("ready")).isTrue();
      JsonPath config = given().get(path + "/config").jsonPath();
      assertThat(config.getInt("max_batch_size")).isEqualTo(64);
      assertThat(config.getString("input[0].data_type")).isEqualTo("TYPE_FP32");
      assertThat(config.getString("input[0].format")).isEqualTo("FORMAT_NCHW");
      assertThat(config.getList("input[0].dims", Integer.class)).containsExactly(3, 64, 64);
    }
    JsonPath image = given().get(IMAGE).jsonPath();
    assertThat(image.getString("name")).isEqualTo(TwoSmallModels.MODEL + "-image");
    assertThat(image.getString("inputs[0].datatype")).isEqualTo("BYTES");
    assertThat(image.getList("inputs[0].shape", Integer.class)).containsExactly(-1, 1);
    assertThat(given().get(IMAGE + "/config").jsonPath().getString("input[0].data_type"))
        .isEqualTo("TYPE_STRING");
  }

  @Test
  void unknownVersionsAreNotFound() {
    for (String version : List.of("2", "0", "x", "99999999999")) {
      for (String what : List.of("", "/ready", "/config", "/stats")) {
        ErrorAnswers.v2(given().get(MODEL + "/versions/" + version + what), 404);
      }
      ErrorAnswers.v2(
          given()
              .contentType("application/json")
              .body(InferJson.request(InferJson.zeros()))
              .post(MODEL + "/versions/" + version + "/infer"),
          404);
    }
    ErrorAnswers.v2(given().get("/v2/models/nope/ready"), 404);
  }

  @Test
  void statisticsCountRequestsImagesAndNanoseconds() {
    String path = "/v2/models/" + TwoSmallModels.OTHER;
    JsonPath before = given().get(path + "/stats").jsonPath();

    TritonBytes.raw(path + "/infer", new byte[2 * SAMPLE * 4]).send();
    TritonBytes.raw(path + "-image/infer", "no image".getBytes()).send();
    JsonPath after = given().get(path + "/stats").jsonPath();

    String stats = "model_stats[0].inference_stats.";
    assertThat(after.getString("model_stats[0].version")).isEqualTo("1");
    assertThat(increase(before, after, "model_stats[0].inference_count")).isEqualTo(2);
    assertThat(increase(before, after, "model_stats[0].execution_count")).isEqualTo(1);
    assertThat(increase(before, after, stats + "success.count")).isEqualTo(1);
    assertThat(increase(before, after, stats + "fail.count")).isEqualTo(1);
    assertThat(increase(before, after, stats + "fail.ns")).isPositive();
    for (String stage : List.of("queue", "compute_input", "compute_infer", "compute_output")) {
      assertThat(increase(before, after, stats + stage + ".count")).isEqualTo(1);
    }
    assertThat(increase(before, after, stats + "compute_infer.ns"))
        .isPositive()
        .isLessThanOrEqualTo(increase(before, after, stats + "success.ns"));
    assertThat(after.getLong(stats + "cache_hit.count")).isZero();
    assertThat(after.getList("model_stats[0].batch_stats.batch_size", Integer.class)).contains(2);
    assertThat(given().get("/v2/models/stats").jsonPath().getList("model_stats.name"))
        .containsExactly(TwoSmallModels.OTHER, TwoSmallModels.MODEL);
  }

  @Test
  void executionsAreCountedPerForwardPass() {
    String path = "/v2/models/" + TwoSmallModels.OTHER;
    JsonPath before = given().get(path + "/stats").jsonPath();

    TritonBytes.raw(path + "/infer", new byte[9 * SAMPLE * 4]).send();
    JsonPath after = given().get(path + "/stats").jsonPath();

    assertThat(increase(before, after, "model_stats[0].inference_count")).isEqualTo(9);
    assertThat(increase(before, after, "model_stats[0].execution_count"))
        .as("a batch of 8 and one of 1")
        .isEqualTo(2);
    assertThat(increase(before, after, "model_stats[0].inference_stats.success.count"))
        .isEqualTo(1);
  }

  private static long increase(JsonPath before, JsonPath after, String counter) {
    return after.getLong(counter) - before.getLong(counter);
  }

  @Test
  void theRepositoryIndexIgnoresItsBody() {
    RawHttp.Answer python = RawHttp.post("/v2/repository/index", "Content-Length: 0").send();
    Response curl =
        given()
            .contentType("application/x-www-form-urlencoded")
            .body("{\"ready\":true}")
            .post("/v2/repository/index");

    assertThat(JsonPath.from(python.body()).getList("name"))
        .containsExactly(TwoSmallModels.OTHER, TwoSmallModels.MODEL);
    assertThat(curl.jsonPath().getList("state")).containsOnly("READY");
  }

  @Test
  void loadingRequiresAnAdministrator() {
    for (String action : List.of("load", "unload")) {
      ErrorAnswers.v2(given().body("{}").post("/v2/repository/models/vanillanet-5/" + action), 401);
    }
  }

  /** The asynchronous client requests compression, and decompresses tensors only. */
  @Test
  void onlyTensorsAreCompressed() {
    for (String path : List.of("/v2", MODEL, MODEL + "/config", MODEL + "/stats")) {
      RawHttp.Answer answer = RawHttp.request("GET", path, "Accept-Encoding: gzip").send();
      assertThat(answer.header("content-encoding")).as(path).isIn("", "identity");
      assertThat(answer.body()).startsWith("{");
    }
  }
}
