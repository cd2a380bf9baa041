package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class InvalidInferenceTest {

  private static final String TENSOR = "/v2/models/" + TwoSmallModels.MODEL + "/infer";
  private static final String IMAGE = "/v2/models/" + TwoSmallModels.MODEL + "-image/infer";

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  /** Without REST-assured, which formats every body for its log and fails on invalid ones. */
  private static RawHttp.Answer infer(String path, String body) {
    return RawHttp.post(path, "Content-Type: application/json", "Content-Length: " + body.length())
        .text(body)
        .send();
  }

  static Stream<Arguments> invalidRequests() {
    String open = "{\"inputs\":[{\"name\":\"input\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":";
    return Stream.of(
        Arguments.of("", "the request"),
        Arguments.of("{", "JSON"),
        Arguments.of("hello", "JSON"),
        Arguments.of("[]", "the request"),
        Arguments.of("null", "the request"),
        Arguments.of(InferJson.request(InferJson.zeros()) + " {}", "line 1"),
        Arguments.of("{}", "inputs"),
        Arguments.of("{\"inputs\":[]}", "inputs"),
        Arguments.of("{\"inputs\":null}", "inputs"),
        Arguments.of("{\"inputs\":[1]}", "an input"),
        Arguments.of("{\"x\":" + "[".repeat(100_000), "depth"),
        Arguments.of(open + "[".repeat(100_000), "depth"),
        Arguments.of(open + "[NaN]}]}", "NaN"),
        Arguments.of(open + "[Infinity]}]}", "Infinity"),
        Arguments.of(open + "[1e400]}]}", "float32"),
        Arguments.of(open + "[-1e39]}]}", "float32"),
        Arguments.of(open + "[" + "9".repeat(5000) + "]}]}", "length"),
        Arguments.of(open + "[true]}]}", "numbers"),
        Arguments.of(open + "[null]}]}", "numbers"),
        Arguments.of(open + "1}]}", "data"),
        Arguments.of(open + "[1", "JSON"),
        Arguments.of(open + "[1]}],\"id\":5}", "id"),
        Arguments.of("{\"id\":\"a\",\"id\":\"b\"}", "Duplicate field 'id'"),
        Arguments.of(open + "[1],\"data\":[1]}]}", "Duplicate field 'data'"),
        Arguments.of("{\"inputs\":[{\"name\":null}]}", "name"),
        Arguments.of("{\"inputs\":[{\"name\":\"" + "n".repeat(100_000) + "\"}]}", "name '"));
  }

  @ParameterizedTest
  @MethodSource("invalidRequests")
  void anInvalidRequestIsRejectedWithTheReason(String body, String why) {
    assertThat(ErrorAnswers.v2(infer(TENSOR, body), 400)).contains(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "input; INT8; [1,3,64,64]; FP32",
        "input; fp32; [1,3,64,64]; FP32",
        "image; BYTES; [1,3,64,64]; 'input'",
        "input; FP32; [12288]; [n, 3, 64, 64]",
        "input; FP32; [1,64,64,3]; [n, 3, 64, 64]",
        "input; FP32; [3,1,64,64]; [n, 3, 64, 64]",
        "input; FP32; []; 1 elements",
        "input; FP32; [2,3,64,64]; 24576",
        "input; FP32; [0,3,64,64]; 2^31",
        "input; FP32; [-1,3,64,64]; 2^31",
        "input; FP32; [-1,-3,64,64]; 2^31",
        "input; FP32; [4611686018427387904,4,64,64]; 2^31",
        "input; FP32; [65536,65536,65536,65536]; 2^31",
        "input; FP32; [1000000000000000000000,3,64,64]; out of range of long",
        "input; FP32; [1.0,3,64,64]; a dimension",
        "input; FP32; 1; a shape",
      })
  void aTensorThatDoesNotFitTheModelIsRejected(
      String name, String datatype, String shape, String why) {
    String input = InferJson.input(name, datatype, shape, InferJson.zeroData(12_288));

    RawHttp.Answer response = infer(TENSOR, InferJson.request(input));

    assertThat(ErrorAnswers.v2(response, 400)).contains(why);
  }

  @Test
  void aMissingObjectOrArrayIsNamedInTheError() {
    assertThat(ErrorAnswers.v2(infer(IMAGE, ""), 400)).contains("object");
    assertThat(ErrorAnswers.v2(infer(IMAGE, "{\"inputs\":1}"), 400)).contains("inputs", "array");
  }

  @Test
  void stringsInsteadOfNumbersAreRejected() {
    String[] strings = new String[12_288];
    Arrays.fill(strings, "\"1\"");
    String all = "[" + String.join(",", strings) + "]";
    strings[0] = "1";
    String some = "[" + String.join(",", strings) + "]";

    for (String data : List.of(all, some)) {
      String input = InferJson.input("input", "FP32", "[1,3,64,64]", data);
      ErrorAnswers.v2(infer(TENSOR, InferJson.request(input)), 400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "shape", "datatype", "data"})
  void anInputWithoutOneOfItsFieldsIsRejected(String missing) {
    String input =
        InferJson.zeros()
            .replaceFirst("\"%s\":(\"[^\"]*\"|\\[[^]]*])".formatted(missing), "\"x\":0");

    ErrorAnswers.v2(infer(TENSOR, InferJson.request(input)), 400);
  }

  @Test
  void moreThanOneInputIsRejected() {
    RawHttp.Answer response =
        infer(TENSOR, InferJson.request(InferJson.zeros(), InferJson.zeros()));

    assertThat(ErrorAnswers.v2(response, 400)).contains("inputs", "2");
  }

  @Test
  void anUnknownOutputIsRejected() {
    String body =
        "{\"outputs\":[{\"name\":\"labels\"}],\"inputs\":[%s]}".formatted(InferJson.zeros());

    assertThat(ErrorAnswers.v2(infer(TENSOR, body), 400)).contains("'logits'", "'labels'");
  }

  @Test
  void anUnknownModelIsNotFound() {
    RawHttp.Answer tensor = infer("/v2/models/nope/infer", InferJson.request(InferJson.zeros()));
    RawHttp.Answer image =
        infer("/v2/models/nope-image/infer", InferJson.images(List.of(Service.jpeg())));

    assertThat(ErrorAnswers.v2(tensor, 404)).contains("'nope'", TwoSmallModels.MODEL);
    assertThat(ErrorAnswers.v2(image, 404)).contains("'nope'", TwoSmallModels.MODEL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "a/b/c"})
  void anInvalidContentTypeIsRejected(String contentType) {
    RawHttp.Answer answer =
        RawHttp.post(TENSOR, "Content-Type: " + contentType, "Content-Length: 2").text("{}").send();

    ErrorAnswers.v2(answer, 415);
  }

  @Test
  void aBatchOfOnlyInvalidImagesIsRejected() {
    byte[] good = Service.jpeg();
    byte[] cut = Arrays.copyOf(good, good.length / 2);

    RawHttp.Answer noImage = infer(IMAGE, InferJson.images(List.of("hello".getBytes(), cut)));
    RawHttp.Answer damaged = infer(IMAGE, InferJson.images(List.of(cut)));

    assertThat(ErrorAnswers.v2(noImage, 422)).contains("image 0");
    ErrorAnswers.v2(damaged, 422);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[1]; [\"!!!\"]; base64",
        "[1]; [\"aGk\\u0000\"]; base64",
        "[1]; [1.5]; BYTES",
        "[2]; [\"aGk=\"]; 1",
        "[0]; []; 2^31",
      })
  void invalidBase64OrAWrongCountIsRejected(String shape, String data, String why) {
    assertThat(ErrorAnswers.v2(infer(IMAGE, InferJson.images(shape, data)), 400)).contains(why);
  }

  @Test
  void imagesWithoutTheirContentTypeAreRejected() {
    String input = InferJson.input("image", "BYTES", "[1]", "[\"aGk=\"]");

    assertThat(ErrorAnswers.v2(infer(IMAGE, InferJson.request(input)), 400))
        .contains("content_type");
  }

  @Test
  void tooManyImagesAreRejectedWhileTheyAreRead() {
    int count = 65;
    String[] empty = new String[count];
    Arrays.fill(empty, "\"\"");

    RawHttp.Answer response =
        infer(IMAGE, InferJson.images("[" + count + "]", "[" + String.join(",", empty) + "]"));

    assertThat(ErrorAnswers.v2(response, 413)).contains("at most 64");
  }

  @Test
  void aTensorOfTooManyNumbersIsRejected() {
    String input =
        InferJson.input(
            "input", "FP32", "[1]", "[" + "1,".repeat(TwoSmallModels.MAX_TENSOR_BODY / 4) + "1]");

    ErrorAnswers.v2(infer(TENSOR, InferJson.request(input)), 413);
  }

  @Test
  void manyMembersInputsOrOutputsAreRejected() {
    StringBuilder members = new StringBuilder("{\"x\":{");
    for (int i = 0; i < 10_001; i++) {
      members.append("\"%d\":0,".formatted(i));
    }

    RawHttp.Answer ignored = infer(TENSOR, members + "\"\":0}}");
    RawHttp.Answer inputs =
        infer(TENSOR, InferJson.request(InferJson.zeros() + "," + InferJson.zeros()));
    RawHttp.Answer outputs =
        infer(
            TENSOR,
            "{\"outputs\":[%s{}],\"inputs\":[%s]}"
                .formatted("{\"name\":\"logits\"},".repeat(20), InferJson.zeros()));

    ErrorAnswers.v2(ignored, 413);
    ErrorAnswers.v2(inputs, 400);
    ErrorAnswers.v2(outputs, 400);
  }
}
