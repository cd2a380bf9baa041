package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests of NVIDIA's clients; see {@link TritonBytes}. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class TritonClientTest {

  private static final String MODEL = "/v2/models/" + TwoSmallModels.MODEL;
  private static final String IMAGE = MODEL + "-image";
  private static final double TOLERANCE = 1e-4; // as in InferTest
  private static final int SAMPLE = 3 * 64 * 64;

  private final HostTensor input = Oracle.array("models/vanillanet_5/input");
  private final float[] golden =
      Oracle.array("models/vanillanet_5/logits.model_ema.deploy").toFloats();

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  private void requireGolden(float[] logits) {
    assertThat(logits).hasSize(golden.length);
    for (int i = 0; i < golden.length; i++) {
      assertThat((double) logits[i]).isEqualTo(golden[i], within(TOLERANCE));
    }
  }

  @Test
  void tritonclientSendsAndReceivesBinaryByDefault() {
    byte[] tensor = TritonBytes.floats(input.toFloats());
    String json =
        "{\"id\":\"my-id\",\"inputs\":[{\"name\":\"input\",\"shape\":[4,3,64,64],"
            + "\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":%d}}],"
            + "\"parameters\":{\"binary_data_output\":true}}";

    RawHttp.Answer answer =
        TritonBytes.python(MODEL + "/infer", json.formatted(tensor.length), tensor).send();

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.contentType()).isEqualTo("application/octet-stream");
    TritonBytes.Split split = TritonBytes.Split.of(answer);
    assertThat(split.json())
        .isEqualTo(
            "{\"id\":\"my-id\",\"model_name\":\"vanillanet-5\",\"model_version\":\"1\","
                + "\"parameters\":{\"precision\":\"float32\"},"
                + "\"outputs\":[{\"name\":\"logits\",\"datatype\":\"FP32\",\"shape\":[4,10],"
                + "\"parameters\":{\"binary_data_size\":160}}]}");
    requireGolden(split.floats());
  }

  @Test
  void perfAnalyzerRequestsItsOutputsByName() {
    byte[] tensor = TritonBytes.floats(input.toFloats());
    String json =
        "{\"id\":\"0\",\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\","
            + "\"shape\":[4,3,64,64],\"parameters\":{\"binary_data_size\":%d}}],"
            + "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"binary_data\":true}}]}";

    RawHttp.Answer answer =
        TritonBytes.cpp(MODEL + "/infer", json.formatted(tensor.length), tensor).send();

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    requireGolden(TritonBytes.Split.of(answer).floats());
  }

  @Test
  void binaryInputsCanHaveJsonOutputsAndViceVersa() {
    float[] zeros = new float[SAMPLE];
    String binary =
        "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,64,64],\"datatype\":\"FP32\","
            + "\"parameters\":{\"binary_data_size\":49152}}],"
            + "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"binary_data\":false}}]}";
    String json =
        "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[%s]}"
            .formatted(InferJson.zeros());

    RawHttp.Answer inJson =
        TritonBytes.python(MODEL + "/infer", binary, TritonBytes.floats(zeros)).send();
    RawHttp.Answer inBinary =
        RawHttp.post(MODEL + "/infer", "Content-Length: " + json.length()).text(json).send();

    assertThat(inJson.contentType()).isEqualTo("application/json");
    List<Float> logits = JsonPath.from(inJson.body()).getList("outputs[0].data", Float.class);
    float[] values = TritonBytes.Split.of(inBinary).floats();
    for (int i = 0; i < values.length; i++) {
      assertThat(logits.get(i)).isEqualTo(values[i]);
    }
  }

  @Test
  void theClassificationOfEncodedImagesIsReturnedAsStrings() {
    byte[] tensor = TritonBytes.elements(Service.jpeg(), Service.image("png_rgb.png"));
    String json =
        "{\"inputs\":[{\"name\":\"image\",\"shape\":[2],\"datatype\":\"BYTES\","
            + "\"parameters\":{\"binary_data_size\":%d}}],"
            + "\"outputs\":[{\"name\":\"logits\",\"parameters\":"
            + "{\"classification\":3,\"binary_data\":%s}}]}";

    TritonBytes.Split split =
        TritonBytes.Split.of(
            TritonBytes.python(IMAGE + "/infer", json.formatted(tensor.length, true), tensor)
                .send());
    RawHttp.Answer asJson =
        TritonBytes.python(IMAGE + "/infer", json.formatted(tensor.length, false), tensor).send();

    JsonPath answer = JsonPath.from(asJson.body());
    assertThat(answer.getString("outputs[0].datatype")).isEqualTo("BYTES");
    assertThat(answer.getList("outputs[0].shape", Integer.class)).containsExactly(2, 3);
    List<String> strings = answer.getList("outputs[0].data", String.class);
    assertThat(strings).hasSize(6).allMatch(s -> s.matches("-?\\d+\\.\\d{6}:\\d:class \\d"));
    List<Double> scores =
        strings.stream().map(s -> Double.valueOf(s.substring(0, s.indexOf(':')))).toList();
    assertThat(scores.get(0)).isGreaterThanOrEqualTo(scores.get(1));
    for (String string : strings) {
      byte[] element = new byte[split.binary().getInt()];
      split.binary().get(element);
      assertThat(new String(element, StandardCharsets.UTF_8)).isEqualTo(string);
    }
    assertThat(split.binary().hasRemaining()).isFalse();
  }

  @Test
  void aRawRequestContainsOnlyTheTensor() {
    RawHttp.Answer tensor =
        TritonBytes.raw(MODEL + "/infer", TritonBytes.floats(input.toFloats())).send();
    RawHttp.Answer image = TritonBytes.raw(IMAGE + "/versions/1/infer", Service.jpeg()).send();

    requireGolden(TritonBytes.Split.of(tensor).floats());
    assertThat(TritonBytes.Split.of(image).json())
        .contains("\"shape\":[1,10]", "\"binary_data_size\":40");
    List<Float> classified =
        given()
            .contentType("application/json")
            .body(InferJson.images(List.of(Service.jpeg())))
            .post(IMAGE + "/infer")
            .jsonPath()
            .getList("outputs[0].data", Float.class);
    assertThat(TritonBytes.Split.of(image).floats()[0]).isEqualTo(classified.get(0));
  }

  @Test
  void inputsOf16BitsAreConvertedToFloat32() {
    requireSame("FP16", 0xbc01, -1.0009765625f);
    requireSame("BF16", 0xbf81, -1.0078125f);
  }

  private void requireSame(String datatype, int bits, float value) {
    ByteBuffer halves = ByteBuffer.allocate(SAMPLE * 2).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    while (halves.hasRemaining()) {
      halves.putShort((short) bits);
    }
    float[] same = new float[SAMPLE];
    Arrays.fill(same, value);
    String json =
        "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,64,64],\"datatype\":\"%s\","
            + "\"parameters\":{\"binary_data_size\":%d}}],"
            + "\"parameters\":{\"binary_data_output\":true}}";

    RawHttp.Answer half =
        TritonBytes.python(
                MODEL + "/infer", json.formatted(datatype, halves.capacity()), halves.array())
            .send();
    RawHttp.Answer full =
        TritonBytes.python(
                MODEL + "/infer", json.formatted("FP32", SAMPLE * 4), TritonBytes.floats(same))
            .send();

    assertThat(half.status()).as(half.body()).isEqualTo(200);
    assertThat(half.content()).isEqualTo(full.content());
  }

  @Test
  void uint8PixelsAreNormalised() {
    byte[] pixels = new byte[SAMPLE];
    Arrays.fill(pixels, (byte) 200);
    float[] normalised = new float[SAMPLE];
    float[] mean = {0.485f, 0.456f, 0.406f};
    float[] deviation = {0.229f, 0.224f, 0.225f};
    for (int i = 0; i < SAMPLE; i++) {
      int channel = i / (64 * 64);
      normalised[i] = (200 / 255f - mean[channel]) / deviation[channel];
    }
    String json =
        "{\"inputs\":[{\"name\":\"input\",\"shape\":%s,\"datatype\":\"%s\","
            + "\"parameters\":{\"binary_data_size\":%d}}],"
            + "\"parameters\":{\"binary_data_output\":true}}";

    RawHttp.Answer bytes =
        TritonBytes.python(MODEL + "/infer", json.formatted("[1,64,64,3]", "UINT8", SAMPLE), pixels)
            .send();
    RawHttp.Answer floats =
        TritonBytes.python(
                MODEL + "/infer",
                json.formatted("[1,3,64,64]", "FP32", SAMPLE * 4),
                TritonBytes.floats(normalised))
            .send();

    assertThat(bytes.status()).as(bytes.body()).isEqualTo(200);
    float[] expected = TritonBytes.Split.of(floats).floats();
    float[] found = TritonBytes.Split.of(bytes).floats();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found[i]).isEqualTo(expected[i], within(TOLERANCE));
    }
  }

  @Test
  void aPartialAnswerHasNaNAndTheErrorOfAnInvalidImage() {
    byte[] tensor =
        TritonBytes.elements(Service.jpeg(), "hello".getBytes(), Service.image("png_rgb.png"));
    String json =
        "{\"inputs\":[{\"name\":\"image\",\"shape\":[3],\"datatype\":\"BYTES\","
            + "\"parameters\":{\"binary_data_size\":%d}}],\"parameters\":{\"partial\":true},"
            + "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"binary_data\":%s}}]}";

    TritonBytes.Split split =
        TritonBytes.Split.of(
            TritonBytes.python(IMAGE + "/infer", json.formatted(tensor.length, true), tensor)
                .send());
    RawHttp.Answer asJson =
        TritonBytes.python(IMAGE + "/infer", json.formatted(tensor.length, false), tensor).send();

    float[] logits = split.floats();
    assertThat(logits).hasSize(30);
    for (int i = 0; i < 30; i++) {
      assertThat(Float.isNaN(logits[i])).isEqualTo(i >= 10 && i < 20);
    }
    JsonPath answer = JsonPath.from(asJson.body());
    assertThat(answer.getString("parameters.error_1")).isNotBlank();
    assertThat(answer.getList("outputs[0].data").subList(10, 20)).containsOnlyNulls();
    assertThat(answer.getList("outputs[0].data").subList(20, 30)).doesNotContainNull();
    String whole = json.replace("true}", "false}").formatted(tensor.length, false);
    assertThat(ErrorAnswers.v2(TritonBytes.python(IMAGE + "/infer", whole, tensor).send(), 422))
        .contains("image 1");
  }

  @Test
  void theTimeoutInMicrosecondsIsADeadline() {
    byte[] tensor = TritonBytes.floats(new float[SAMPLE]);
    String json =
        "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,64,64],\"datatype\":\"FP32\","
            + "\"parameters\":{\"binary_data_size\":49152}}],"
            + "\"parameters\":{\"timeout\":%s,\"binary_data_output\":true}}";

    for (String none : List.of("0", "600000000", "9223372036854775807")) {
      assertThat(TritonBytes.python(MODEL + "/infer", json.formatted(none), tensor).send().status())
          .isEqualTo(200);
    }
    ErrorAnswers.v2(TritonBytes.python(MODEL + "/infer", json.formatted("1"), tensor).send(), 504);
    ErrorAnswers.v2(TritonBytes.python(MODEL + "/infer", json.formatted("-1"), tensor).send(), 400);
  }

  @Test
  void aRequestHasAtMostAsManyImagesAsTheQueue() {
    byte[] one = Service.image("png_rgb.png");
    byte[][] many = new byte[65][];
    Arrays.fill(many, one);
    byte[] tensor = TritonBytes.elements(many);
    String images =
        "{\"inputs\":[{\"name\":\"image\",\"shape\":[65,1],\"datatype\":\"BYTES\","
            + "\"parameters\":{\"binary_data_size\":%d}}]}";
    byte[] pixels = new byte[65 * SAMPLE];
    String input =
        "{\"inputs\":[{\"name\":\"input\",\"shape\":[65,64,64,3],\"datatype\":\"UINT8\","
            + "\"parameters\":{\"binary_data_size\":%d}}]}";

    ErrorAnswers.v2(
        TritonBytes.python(IMAGE + "/infer", images.formatted(tensor.length), tensor).send(), 413);
    ErrorAnswers.v2(
        TritonBytes.python(MODEL + "/infer", input.formatted(pixels.length), pixels).send(), 413);
  }
}
