package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Binary requests with wrong lengths or parameters. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class InvalidBinaryInferenceTest {

  private static final String TENSOR = "/v2/models/" + TwoSmallModels.MODEL + "/infer";
  private static final String IMAGE = "/v2/models/" + TwoSmallModels.MODEL + "-image/infer";
  private static final int SAMPLE_BYTES = 3 * 64 * 64 * 4;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  private static RawHttp.Answer withHeader(String header, String body) {
    return RawHttp.post(
            TENSOR,
            "Inference-Header-Content-Length: " + header,
            "Content-Length: " + body.length())
        .text(body)
        .send();
  }

  private static String tensor(String shape, String parameters) {
    return "{\"inputs\":[{\"name\":\"input\",\"shape\":%s,\"datatype\":\"FP32\",\"parameters\":%s}]}"
        .formatted(shape, parameters);
  }

  private static String images(String shape, int size) {
    return ("{\"inputs\":[{\"name\":\"image\",\"shape\":%s,\"datatype\":\"BYTES\","
            + "\"parameters\":{\"binary_data_size\":%d}}]}")
        .formatted(shape, size);
  }

  @Test
  void twoHeaderLengthsAreRejected() {
    RawHttp.Answer answer =
        RawHttp.post(
                TENSOR,
                "Inference-Header-Content-Length: 2",
                "Inference-Header-Content-Length: 0",
                "Content-Length: 2")
            .text("{}")
            .send();

    assertThat(ErrorAnswers.v2(answer, 400)).contains("Inference-Header-Content-Length");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "-1; Inference-Header-Content-Length",
        "x; Inference-Header-Content-Length",
        "1e3; Inference-Header-Content-Length",
        "99999999999999999999; Inference-Header-Content-Length",
        "9223372036854775807; 2",
        "2147483648; 2",
        "3; 2",
        "1; JSON",
        "2; inputs",
        "0; 49152"
      })
  void aWrongHeaderLengthIsRejected(String header, String why) {
    assertThat(ErrorAnswers.v2(withHeader(header, "{}"), 400)).contains(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[1,3,64,64]; {\"binary_data_size\":49151}; binary_data_size",
        "[1,3,64,64]; {\"binary_data_size\":49153}; 49152",
        "[1,3,64,64]; {\"binary_data_size\":9223372036854775807}; 49152",
        "[1,3,64,64]; {\"binary_data_size\":-1}; at least 0",
        "[1,3,64,64]; {\"binary_data_size\":0}; binary_data_size",
        "[1,3,64,64]; {\"binary_data_size\":\"49152\"}; binary_data_size",
        "[1,3,64,64]; {\"binary_data_size\":49152.0}; binary_data_size",
        "[1,3,64,64]; {\"binary_data_size\":99999999999999999999}; binary_data_size",
        "[1,3,64,64]; {\"binary_data_size\":[49152]}; binary_data_size",
        "[1,3,64,64]; {}; binary_data_size",
        "[1,3,64,64]; {\"shared_memory_region\":\"r\"}; shared memory",
        "[2,3,64,64]; {\"binary_data_size\":49152}; 98304",
        "[0,3,64,64]; {\"binary_data_size\":49152}; 2^31",
        "[-1,3,64,64]; {\"binary_data_size\":49152}; 2^31",
        "[4294967296,4294967296,1,1]; {\"binary_data_size\":49152}; 2^31",
        "[1,64,64,3]; {\"binary_data_size\":49152}; [n, 3, 64, 64]"
      })
  void aWrongBinarySizeIsRejected(String shape, String parameters, String why) {
    RawHttp.Answer answer =
        TritonBytes.python(TENSOR, tensor(shape, parameters), new byte[SAMPLE_BYTES]).send();

    assertThat(ErrorAnswers.v2(answer, 400)).contains(why);
  }

  @Test
  void dataInBothJsonAndBinaryIsRejected() {
    String json =
        "{\"inputs\":[{\"name\":\"input\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1],"
            + "\"parameters\":{\"binary_data_size\":4}}]}";

    assertThat(ErrorAnswers.v2(TritonBytes.python(TENSOR, json, new byte[4]).send(), 400))
        .contains("binary_data_size");
  }

  @Test
  void aBinarySizeWithoutTheHeaderIsRejected() {
    String json = tensor("[1,3,64,64]", "{\"binary_data_size\":49152}");

    RawHttp.Answer answer =
        RawHttp.post(TENSOR, "Content-Length: " + json.length()).text(json).send();

    assertThat(ErrorAnswers.v2(answer, 400)).contains(" 0 bytes");
  }

  @Test
  void nanIsRejected() {
    byte[] notANumber = new byte[SAMPLE_BYTES];
    ByteBuffer.wrap(notANumber).order(ByteOrder.LITTLE_ENDIAN).putFloat(400, Float.NaN);
    byte[] enormous = new byte[SAMPLE_BYTES];
    ByteBuffer floats = ByteBuffer.wrap(enormous).order(ByteOrder.LITTLE_ENDIAN);
    while (floats.hasRemaining()) {
      floats.putFloat(Float.MAX_VALUE);
    }

    assertThat(ErrorAnswers.v2(TritonBytes.raw(TENSOR, notANumber).send(), 400))
        .contains("element 100", "NaN");
    assertThat(TritonBytes.raw(TENSOR, enormous).send().status()).isIn(200, 400);
  }

  @Test
  void elementsWithAWrongLengthAreRejected() {
    byte[] one = TritonBytes.elements(Service.jpeg());
    byte[] negative = one.clone();
    negative[3] = (byte) 0xff;
    byte[] longer = Arrays.copyOf(one, one.length + 3);

    assertThat(
            ErrorAnswers.v2(
                TritonBytes.python(IMAGE, images("[1]", one.length), negative).send(), 400))
        .contains("element 0");
    assertThat(
            ErrorAnswers.v2(TritonBytes.python(IMAGE, images("[2]", one.length), one).send(), 400))
        .contains("2 elements");
    assertThat(
            ErrorAnswers.v2(
                TritonBytes.python(IMAGE, images("[1]", longer.length), longer).send(), 400))
        .contains("3 bytes", "1 elements");
    assertThat(
            ErrorAnswers.v2(
                TritonBytes.python(IMAGE, images("[2]", longer.length), longer).send(), 400))
        .contains("4 bytes");
    assertThat(
            ErrorAnswers.v2(TritonBytes.python(IMAGE, images("[1]", 0), new byte[0]).send(), 400))
        .contains(" 0");
  }

  @Test
  void anImageOverTheLimitIsTooLarge() {
    byte[] image = TritonBytes.elements(new byte[TwoSmallModels.MAX_IMAGE_BODY + 1]);

    ErrorAnswers.v2(TritonBytes.python(IMAGE, images("[1]", image.length), image).send(), 413);
    ErrorAnswers.v2(TritonBytes.raw(IMAGE, image).send(), 413);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"parameters\":{\"binary_data_output\":1}; parameters.binary_data",
        "\"parameters\":[1]; parameters",
        "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"binary_data\":\"yes\"}}];"
            + " parameters.binary_data",
        "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"classification\":-1}}]; at least 0",
        "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"classification\":1.5}}];"
            + " classification",
        "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"shared_memory_region\":\"r\"}}];"
            + " shared memory",
        "\"outputs\":[{\"name\":\"logits\"},{\"name\":\"logits\"}]; once",
        "\"outputs\":[{}]; 'logits'"
      })
  void parametersOfAWrongTypeAreRejected(String member, String why) {
    String json = "{%s,\"inputs\":[%s]}".formatted(member, InferJson.zeros());

    RawHttp.Answer answer =
        RawHttp.post(TENSOR, "Content-Length: " + json.length()).text(json).send();

    assertThat(ErrorAnswers.v2(answer, 400)).contains(why);
  }
}
