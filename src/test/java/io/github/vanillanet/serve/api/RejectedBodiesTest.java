package io.github.vanillanet.serve.api;

import static io.github.vanillanet.serve.api.TwoSmallModels.MAX_IMAGE_BODY;
import static io.github.vanillanet.serve.api.TwoSmallModels.MAX_TENSOR_BODY;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rejected bodies of images, uploads and tensors. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class RejectedBodiesTest {

  private static final String PATH = "/classify/" + TwoSmallModels.MODEL;
  private static final String INFER = "/v2/models/" + TwoSmallModels.MODEL + "/infer";
  private static final String CHUNKED = "Transfer-Encoding: chunked";
  private static final String MULTIPART = "Content-Type: multipart/form-data; boundary=x";
  private static final String PART_HEAD =
      "--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\n";

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @Test
  void aTooLargeContentLengthIsRejectedBeforeTheBody() {
    RawHttp.Answer image =
        RawHttp.post(PATH, "Content-Type: image/jpeg", "Content-Length: " + (MAX_IMAGE_BODY + 1))
            .send();
    RawHttp.Answer upload = RawHttp.post(PATH, MULTIPART, "Content-Length: 99999999999999").send();
    RawHttp.Answer tensor =
        RawHttp.post(
                INFER, "Content-Type: application/json", "Content-Length: " + (MAX_TENSOR_BODY + 1))
            .send();

    assertThat(ErrorAnswers.problem(image, 413, "TOO_LARGE"))
        .contains("at most " + MAX_IMAGE_BODY, "" + (MAX_IMAGE_BODY + 1));
    assertThat(image.header("server-timing")).contains("decode;dur=0.000", "total;dur=");
    ErrorAnswers.problem(upload, 413, "TOO_LARGE");
    assertThat(ErrorAnswers.v2(tensor, 413)).contains("at most " + MAX_TENSOR_BODY);
  }

  @Test
  void aChunkedBodyIsRejectedAtTheLimit() {
    RawHttp.Answer image =
        RawHttp.post(PATH, "Content-Type: image/jpeg", CHUNKED)
            .chunk(new byte[MAX_IMAGE_BODY + 1])
            .send();
    RawHttp.Answer upload =
        RawHttp.post(PATH, MULTIPART, CHUNKED)
            .chunk(PART_HEAD.getBytes())
            .chunk(new byte[MAX_IMAGE_BODY + 1 - PART_HEAD.length()])
            .send();
    byte[] spaces = new byte[MAX_TENSOR_BODY + 1];
    Arrays.fill(spaces, (byte) ' ');
    RawHttp.Answer tensor =
        RawHttp.post(INFER, "Content-Type: application/json", CHUNKED).chunk(spaces).send();

    ErrorAnswers.problem(image, 413, "TOO_LARGE");
    ErrorAnswers.problem(upload, 413, "TOO_LARGE");
    ErrorAnswers.v2(tensor, 413);
    assertThat(image.header("connection")).isEqualTo("close");
  }

  @Test
  void aChunkedBodyWithinTheLimitIsServed() {
    RawHttp.Answer image =
        RawHttp.post(PATH, "Content-Type: image/jpeg", CHUNKED)
            .chunk(Service.jpeg())
            .lastChunk()
            .send();
    RawHttp.Answer upload =
        RawHttp.post(PATH, MULTIPART, CHUNKED)
            .chunk(PART_HEAD.getBytes())
            .chunk(Service.jpeg())
            .chunk("\r\n--x--\r\n".getBytes())
            .lastChunk()
            .send();

    assertThat(image.status()).as(image.body()).isEqualTo(200);
    assertThat(upload.status()).as(upload.body()).isEqualTo(200);
    assertThat(upload.body()).isEqualTo(image.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", PATH, INFER})
  void anUnreadBodyDoesNotBlockTheNextRequest(String path) {
    List<RawHttp.Answer> answers =
        RawHttp.post(path, "Content-Type: text/plain", CHUNKED)
            .chunk(new byte[MAX_IMAGE_BODY])
            .lastChunk()
            .text("GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .send(2);

    assertThat(answers.get(0).status()).isBetween(400, 415);
    assertThat(answers.get(1).status()).isEqualTo(200);
  }

  @Test
  void tooManyPixelsAreRejectedFromTheImageHeader() {
    Response response = given().contentType("image/png").body(pngHeader(30_000, 30_000)).post(PATH);

    assertThat(ErrorAnswers.problem(response, 413, "TOO_LARGE"))
        .contains("30000x30000", "at most " + TwoSmallModels.MAX_PIXELS);
  }

  @Test
  void bytesThatAreNotAnImageAreRejected() {
    RequestSpecification png = given().contentType("image/png");

    Response text = png.body("hello".getBytes()).post(PATH);
    Response empty = given().contentType("image/png").post(PATH);
    Response upload = given().multiPart("image", "photo.jpg", "hello".getBytes()).post(PATH);
    Response emptyUpload = given().multiPart("image", "photo.jpg", new byte[0]).post(PATH);

    assertThat(ErrorAnswers.problem(text, 415, "UNSUPPORTED_IMAGE")).contains("text");
    assertThat(ErrorAnswers.problem(empty, 415, "UNSUPPORTED_IMAGE")).contains("0 bytes");
    ErrorAnswers.problem(upload, 415, "UNSUPPORTED_IMAGE");
    ErrorAnswers.problem(emptyUpload, 415, "UNSUPPORTED_IMAGE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/json", "nonsense", "a/b/c", ";;", "/"})
  void unsupportedContentTypesAreRejected(String contentType) {
    RawHttp.Answer answer =
        RawHttp.post(PATH, "Content-Type: " + contentType, "Content-Length: 5")
            .text("hello")
            .send();

    ErrorAnswers.problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg_420.jpg", "jpeg_progressive.jpg", "png_rgb.png", "gif.gif"})
  void aTruncatedImageIsRejected(String name) {
    byte[] image = Service.image(name);

    Response response =
        given()
            .contentType("application/octet-stream")
            .body(Arrays.copyOf(image, image.length / 2))
            .post(PATH);

    ErrorAnswers.problem(response, 422, "UNDECODABLE_IMAGE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage",
        "--x\r\nno header\r\n\r\nabc\r\n--x--\r\n",
        "--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\nabc",
        ""
      })
  void aDamagedMultipartBodyIsRejected(String body) {
    RawHttp.Answer answer =
        RawHttp.post(PATH, MULTIPART, "Content-Length: " + body.length()).text(body).send();

    ErrorAnswers.problem(answer, 400, "BAD_REQUEST");
  }

  /** For each of these, the parser throws an undocumented exception. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=\"image\"; filename*=UTF-8''%zz",
        "name=\"image\"; filename*=none''a",
        "name=\"image\"; filename=\"a\"\r\nContent-Transfer-Encoding: base64",
        "name=\"note\"\r\nContent-Type: text/plain; charset=none"
      })
  void anInvalidPartIsRejected(String disposition) {
    String body =
        "--x\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n!a!\r\n--x--\r\n";

    RawHttp.Answer answer =
        RawHttp.post(PATH, MULTIPART, "Content-Length: " + body.length()).text(body).send();

    ErrorAnswers.problem(answer, 400, "BAD_REQUEST");
  }

  @Test
  void anEmptyBoundaryOrAnUnknownCharsetIsRejected() {
    String body = PART_HEAD + "a\r\n--x--\r\n";
    for (String parameters : new String[] {"boundary=", "boundary=x; charset=none"}) {
      RawHttp.Answer answer =
          RawHttp.post(
                  PATH,
                  "Content-Type: multipart/form-data; " + parameters,
                  "Content-Length: " + body.length())
              .text(body)
              .send();

      ErrorAnswers.problem(answer, 400, "BAD_REQUEST");
    }
  }

  @Test
  void anUploadWithoutAFileNameIsRejected() {
    String body = PART_HEAD.replace("; filename=\"a\"\r\n", "\r\nContent-Type: image/png\r\n");
    body += "a\r\n--x--\r\n";

    RawHttp.Answer answer =
        RawHttp.post(PATH, MULTIPART, "Content-Length: " + body.length()).text(body).send();

    assertThat(ErrorAnswers.problem(answer, 400, "INVALID_REQUEST")).contains("file name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zz\r\nabc",
        "-5\r\nabc",
        "ffffffffffffffffff\r\nabc",
        "3\r\nabcdefg\r\n",
        "80000000\r\na"
      })
  void invalidChunksAreRejected(String broken) {
    RawHttp.Answer image =
        RawHttp.post(PATH, "Content-Type: image/jpeg", CHUNKED).text(broken).send();
    RawHttp.Answer tensor =
        RawHttp.post(INFER, CHUNKED).chunk("{\"inputs\":".getBytes()).text(broken).send();

    RawHttp.Answer upload =
        RawHttp.post(PATH, MULTIPART, CHUNKED).chunk(PART_HEAD.getBytes()).text(broken).send();
    RawHttp.Answer index = RawHttp.post("/v2/repository/index", CHUNKED).text(broken).send();

    assertThat(ErrorAnswers.problem(image, 400, "INVALID_REQUEST")).contains("chunks");
    assertThat(ErrorAnswers.problem(upload, 400, "INVALID_REQUEST")).contains("chunks");
    assertThat(ErrorAnswers.v2(tensor, 400)).contains("chunks");
    assertThat(ErrorAnswers.v2(index, 400)).contains("chunks");
    assertThat(tensor.header("connection")).isEqualTo("close");
  }

  @Test
  void aMultipartBodyWithoutABoundaryIsRejected() {
    RawHttp.Answer answer =
        RawHttp.post(PATH, "Content-Type: multipart/form-data", "Content-Length: 5")
            .text("hello")
            .send();

    ErrorAnswers.problem(answer, 400, "INVALID_REQUEST");
  }

  @Test
  void tooManyOrTooLargeFieldsAreRejected() {
    RequestSpecification many = given();
    for (int i = 0; i < 1100; i++) {
      many.multiPart("field" + i, "value");
    }

    Response tooMany = many.post(PATH);
    Response tooLarge =
        given()
            .multiPart("comment", "a".repeat(100_000))
            .multiPart("image", "photo.jpg", Service.jpeg())
            .post(PATH);

    ErrorAnswers.problem(tooMany, 400, "BAD_REQUEST");
    ErrorAnswers.problem(tooLarge, 413, "CONTENT_TOO_LARGE");
  }

  /** A PNG of that size that ends after its header. */
  private static byte[] pngHeader(int width, int height) {
    ByteBuffer png = ByteBuffer.allocate(33);
    png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    png.putInt(13).put("IHDR".getBytes()).putInt(width).putInt(height);
    png.put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(png.array(), 12, 17);
    return png.putInt((int) crc.getValue()).array();
  }
}
