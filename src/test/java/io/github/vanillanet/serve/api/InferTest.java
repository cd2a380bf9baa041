package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class InferTest {

  private static final String TENSOR = "/v2/models/" + TwoSmallModels.MODEL + "/infer";
  private static final String IMAGE = "/v2/models/" + TwoSmallModels.MODEL + "-image/infer";
  private static final String SHAPE = "[4,3,64,64]";

  /** Fused float32 sums are rounded differently from the official ones. */
  private static final double TOLERANCE = 1e-4;

  private final HostTensor input = Oracle.array("models/vanillanet_5/input");
  private final float[] golden =
      Oracle.array("models/vanillanet_5/logits.model_ema.deploy").toFloats();

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  private static Response infer(String path, String body) {
    return given().contentType("application/json").body(body).post(path);
  }

  private void requireGolden(Response response) {
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
    assertThat(response.contentType()).startsWith("application/json");
    JsonPath answer = response.jsonPath();
    assertThat(answer.getString("model_name")).isEqualTo(TwoSmallModels.MODEL);
    assertThat(answer.getString("model_version")).isEqualTo("1");
    assertThat(answer.getList("outputs")).hasSize(1);
    assertThat(answer.getString("outputs[0].name")).isEqualTo("logits");
    assertThat(answer.getString("outputs[0].datatype")).isEqualTo("FP32");
    assertThat(answer.getList("outputs[0].shape", Integer.class)).containsExactly(4, 10);
    List<Float> logits = answer.getList("outputs[0].data", Float.class);
    assertThat(logits).hasSize(golden.length);
    for (int i = 0; i < golden.length; i++) {
      assertThat(logits.get(i).doubleValue()).isEqualTo(golden[i], within(TOLERANCE));
    }
  }

  @Test
  void logitsMatchTheOfficialCodeForFlatData() {
    String data = InferJson.flat(input.toFloats());

    Response response =
        infer(TENSOR, InferJson.request(InferJson.input("input", "FP32", SHAPE, data)));

    requireGolden(response);
    assertThat(response.jsonPath().getMap("$")).doesNotContainKey("id");
  }

  @Test
  void logitsMatchTheOfficialCodeForNestedData() {
    String data = InferJson.nested(input.toFloats(), input.shape());

    Response response =
        infer(TENSOR, InferJson.request(InferJson.input("input", "FP32", SHAPE, data)));

    requireGolden(response);
  }

  @Test
  void fieldsMayHaveAnyOrderAndUnknownFieldsAreIgnored() {
    String request =
        """
        {"extra":[{"a":[1,{}]}],
         "outputs":[{"name":"logits","parameters":{"binary_data":false}}],
         "inputs":[{"data":%s,"parameters":{"note":[1]},"datatype":"FP32","shape":%s,"name":"input"}],
         "parameters":{"priority":5,"note":"x"},
         "id":"request-1"}
        """
            .formatted(InferJson.flat(input.toFloats()), SHAPE);

    Response response = infer(TENSOR, request);

    requireGolden(response);
    assertThat(response.jsonPath().getString("id")).isEqualTo("request-1");
  }

  @Test
  void aLongIdIsEchoed() {
    String id = "id ä \\u0001 ".repeat(20_000);

    Response response =
        infer(
            TENSOR,
            "{\"id\":\"%s\",\"outputs\":null,\"inputs\":[%s]}".formatted(id, InferJson.zeros()));

    assertThat(response.jsonPath().getString("id")).isEqualTo(id.replace("\\u0001", "\u0001"));
  }

  @Test
  void theImageViewAcceptsEncodedImages() {
    byte[] jpeg = Service.jpeg();
    byte[] png = Service.image("png_rgb.png");

    JsonPath answer = infer(IMAGE, InferJson.images(List.of(jpeg, png))).jsonPath();

    assertThat(answer.getString("model_name")).isEqualTo(TwoSmallModels.MODEL + "-image");
    assertThat(answer.getList("outputs[0].shape", Integer.class)).containsExactly(2, 10);
    List<Float> logits = answer.getList("outputs[0].data", Float.class);
    assertThat(ranking(logits.subList(0, 10))).isEqualTo(classified(jpeg, "image/jpeg"));
    assertThat(ranking(logits.subList(10, 20))).isEqualTo(classified(png, "image/png"));
  }

  @Test
  void theImageViewAndClassifyGiveTheSameProbabilities() {
    List<Float> logits =
        infer(IMAGE, InferJson.images(List.of(Service.jpeg())))
            .jsonPath()
            .getList("outputs[0].data", Float.class);
    JsonPath classified =
        given()
            .contentType("image/jpeg")
            .body(Service.jpeg())
            .post("/classify/" + TwoSmallModels.MODEL)
            .jsonPath();

    double sum = logits.stream().mapToDouble(logit -> Math.exp(logit)).sum();
    int best = classified.getInt("predictions[0].index");
    // JsonPath reads float32
    assertThat(classified.getDouble("predictions[0].probability"))
        .isEqualTo(Math.exp(logits.get(best)) / sum, within(1e-5));
  }

  private static List<Integer> ranking(List<Float> logits) {
    return IntStream.range(0, logits.size())
        .boxed()
        .sorted(Comparator.comparing(logits::get).reversed())
        .toList();
  }

  private static List<Integer> classified(byte[] image, String contentType) {
    return given()
        .contentType(contentType)
        .body(image)
        .queryParam("top_k", 10)
        .post("/classify/" + TwoSmallModels.MODEL)
        .jsonPath()
        .getList("predictions.index", Integer.class);
  }
}
