package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Class maps and features on every route that answers with them. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class ExplainTest {

  private static final String MODEL = TwoSmallModels.MODEL;
  private static final int CLASSES = 10;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  private static Response explain(String query) {
    return given().contentType("image/jpeg").body(Service.jpeg()).post("/explain/" + MODEL + query);
  }

  /** The features of the model in one row of numbers. */
  private static List<Float> features(byte[] image) {
    return given()
        .contentType("image/jpeg")
        .body(image)
        .post("/embed/" + MODEL)
        .jsonPath()
        .getList("results[0].features", Float.class);
  }

  private static JsonPath infer(String outputs, byte[] image) {
    String body =
        InferJson.images(List.of(image)).replaceFirst("\\{", "{\"outputs\":[" + outputs + "],");
    Response response =
        given()
            .contentType("application/json")
            .body(body)
            .post("/v2/models/%s-image/infer".formatted(MODEL));
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
    return response.jsonPath();
  }

  private static double mean(JsonPath json, String map) {
    return json.<List<Number>>getList(map).stream()
        .flatMap(List::stream)
        .mapToDouble(Number::doubleValue)
        .average()
        .orElseThrow();
  }

  @Test
  void theMeanOfAMapPlusTheBiasIsTheLogit() {
    JsonPath json = explain("?top_k=" + CLASSES).jsonPath();

    assertThat(json.getList("input")).containsExactly(64, 64);
    assertThat(json.getList("grid")).containsExactly(2, 2);
    double largest =
        json.getList("classes.logit", Double.class).stream()
            .mapToDouble(Math::abs)
            .max()
            .orElseThrow();
    DoubleStream.Builder means = DoubleStream.builder();
    for (int i = 0; i < CLASSES; i++) {
      String of = "classes[%d].".formatted(i);
      double mean = mean(json, of + "map");
      means.add(mean);
      assertThat(mean + json.getDouble(of + "bias"))
          .isEqualTo(json.getDouble(of + "logit"), within(1e-5 * largest));
      assertThat(json.getList(of + "cell_box")).containsExactly(32, 32);
    }
    assertThat(mean(json, "mean_map"))
        .isEqualTo(means.build().average().orElseThrow(), within(1e-5 * largest));
  }

  @Test
  void aClassIsNamedByItsIndexOrItsLabel() {
    String label = explain("?class=7").jsonPath().getString("classes[0].label");

    JsonPath byLabel = explain("?class=" + label).jsonPath();

    assertThat(byLabel.getList("classes.index")).containsExactly(7);
    for (String wrong : List.of("?class=10", "?class=-1", "?class=nope", "?blend=2", "?top_k=0")) {
      assertThat(explain(wrong).statusCode()).as(wrong).isEqualTo(400);
    }
  }

  @Test
  void theClassesAreThoseThatAreClassified() {
    List<Integer> all = classified("?top_k=" + CLASSES, "predictions.index");
    List<Float> probabilities = classified("?top_k=" + CLASSES, "predictions.probability");
    double third = Math.nextDown(probabilities.get(2)); // rounded to float32
    String options = "?top_k=4&threshold=" + third;
    String above = "?threshold=1";
    String image = Base64.getEncoder().encodeToString(Service.jpeg());

    assertThat(explain(options).jsonPath().getList("classes.index")).isEqualTo(all.subList(0, 3));
    assertThat(explain(above).jsonPath().getList("classes")).isEmpty();
    assertThat(explain(above + "&class=7").jsonPath().getList("classes.index")).containsExactly(7);
    for (String wrong : List.of("?threshold=2", "?threshold=high", "?limit=1")) {
      assertThat(explain(wrong).statusCode()).as(wrong).isEqualTo(400);
    }
    assertThat(
            given()
                .body("{\"instances\":[\"%s\"]}".formatted(image))
                .queryParam("top_k", 4)
                .queryParam("threshold", third)
                .post("/v1/models/%s:explain".formatted(MODEL))
                .jsonPath()
                .getList("explanations[0].classes.index"))
        .isEqualTo(all.subList(0, 3));
    assertThat(picture("blend=1&top_k=2" + above.replace('?', '&'))).isEqualTo(picture("blend=1"));
  }

  private static <T> List<T> classified(String query, String member) {
    return given()
        .contentType("image/jpeg")
        .body(Service.jpeg())
        .post("/classify/" + MODEL + query)
        .jsonPath()
        .getList(member);
  }

  @Test
  void aPictureShowsTheCropUnderTheMap() throws Exception {
    byte[] plain = picture("blend=0");
    byte[] drawn = picture("blend=1");

    var image = ImageIO.read(new ByteArrayInputStream(plain));
    assertThat(image.getWidth()).isEqualTo(256);
    assertThat(image.getHeight()).isEqualTo(256);
    assertThat(drawn).isNotEqualTo(plain);
  }

  private static byte[] picture(String query) {
    Response response =
        given()
            .accept("image/png")
            .contentType("image/jpeg")
            .body(Service.jpeg())
            .post("/explain/%s?%s".formatted(MODEL, query));
    assertThat(response.contentType()).isEqualTo("image/png");
    return response.asByteArray();
  }

  @Test
  void featuresHaveThreeFormsWithTheSameValues() {
    byte[] image = Service.jpeg();
    List<Float> numbers = features(image);

    String base64 =
        given()
            .contentType("image/jpeg")
            .body(image)
            .post("/embed/%s?encoding=base64".formatted(MODEL))
            .jsonPath()
            .getString("results[0].base64");
    Response file =
        given()
            .multiPart("image", "a.jpg", image)
            .multiPart("image", "b.jpg", image)
            .post("/embed/%s?encoding=npy".formatted(MODEL));

    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.remaining()).isEqualTo(4 * numbers.size());
    byte[] matrix = file.asByteArray();
    assertThat(file.contentType()).isEqualTo("application/x-npy");
    ByteBuffer rows = ByteBuffer.wrap(matrix).order(ByteOrder.LITTLE_ENDIAN);
    int data = matrix.length - 2 * bytes.remaining();
    assertThat(data % 64).isZero();
    for (int i = 0; i < numbers.size(); i++) {
      assertThat(bytes.getFloat(4 * i)).isEqualTo(numbers.get(i));
      assertThat(rows.getFloat(data + 4 * i)).isEqualTo(numbers.get(i));
    }
    Response wrong = given().contentType("image/jpeg").body(image).post("/embed?encoding=xml");
    assertThat(wrong.statusCode()).isEqualTo(400);
  }

  @Test
  void theOpenInferenceProtocolHasThreeOutputs() {
    byte[] image = Service.jpeg();

    JsonPath all =
        infer("{\"name\":\"maps\"},{\"name\":\"features\"},{\"name\":\"logits\"}", image);
    JsonPath plain = infer("{\"name\":\"logits\"}", image);

    assertThat(all.getList("outputs.name")).containsExactly("maps", "features", "logits");
    assertThat(all.getList("outputs[0].shape")).containsExactly(1, CLASSES, 2, 2);
    assertThat(all.getList("outputs[1].data", Float.class)).isEqualTo(features(image));
    assertThat(all.getList("outputs[2].data")).isEqualTo(plain.getList("outputs[0].data"));
    JsonPath explained = explain("?class=3").jsonPath();
    List<Float> first = all.getList("outputs[0].data", Float.class).subList(12, 16);
    assertThat(explained.<List<Float>>getList("classes[0].map").stream().flatMap(List::stream))
        .containsExactlyElementsOf(first);
    JsonPath best = infer("{\"name\":\"maps\",\"parameters\":{\"classification\":2}}", image);
    assertThat(best.getList("outputs[0].shape")).containsExactly(1, 2, 2, 2);
    assertThat(best.getList("outputs[0].data", Float.class))
        .isEqualTo(
            explain("?top_k=2").jsonPath().<List<List<Float>>>getList("classes.map").stream()
                .flatMap(List::stream)
                .flatMap(List::stream)
                .toList());
    List<Object> described = given().get("/v2/models/" + MODEL).jsonPath().getList("outputs.name");
    assertThat(described).containsExactly("logits", "features", "maps");
  }

  @Test
  void kserveExplains() {
    String image = Base64.getEncoder().encodeToString(Service.jpeg());

    Response answer =
        given()
            .body("{\"instances\":[{\"b64\":\"%s\"},\"%s\"]}".formatted(image, image))
            .post("/v1/models/%s:explain".formatted(MODEL));

    assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
    JsonPath explained = explain("").jsonPath();
    for (int i = 0; i < 2; i++) {
      String classes = "explanations[%d].classes".formatted(i);
      assertThat(answer.jsonPath().getList(classes + ".index"))
          .hasSize(5)
          .isEqualTo(explained.getList("classes.index"));
      assertThat(mean(answer.jsonPath(), classes + "[0].map"))
          .isEqualTo(mean(explained, "classes[0].map"), within(1e-4));
    }
  }
}
