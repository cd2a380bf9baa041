package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compression, request ids, security headers and the files of the page. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class HttpTest {

  private static final String PATH = "/classify/" + TwoSmallModels.MODEL;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  private static byte[] packed(String encoding, byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out =
        encoding.equals("gzip") ? new GZIPOutputStream(packed) : new DeflaterOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static RawHttp.Answer post(String path, String encoding, byte[] body) {
    return RawHttp.post(
            path,
            "Content-Type: application/octet-stream",
            "Content-Encoding: " + encoding,
            "Content-Length: " + body.length)
        .bytes(body)
        .send();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void aCompressedBodyIsDecompressed(String encoding) throws IOException {
    RawHttp.Answer answer = post(PATH, encoding, packed(encoding, Service.jpeg()));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void theBodyLimitAppliesToTheDecompressedBody(String encoding) throws IOException {
    byte[] bomb = packed(encoding, new byte[TwoSmallModels.MAX_TENSOR_BODY + 1]);

    ErrorAnswers.problem(post(PATH, encoding, bomb), 413, "TOO_LARGE");
    ErrorAnswers.v2(post("/v2/models/vanillanet-5-image/infer", encoding, bomb), 400);
  }

  @Test
  void aBodyThatDoesNotMatchItsContentEncodingIsRejected() {
    assertThat(ErrorAnswers.problem(post(PATH, "gzip", Service.jpeg()), 400, "INVALID_REQUEST"))
        .contains("content-encoding");
    ErrorAnswers.problem(post(PATH, "deflate", Service.jpeg()), 400, "INVALID_REQUEST");
    assertThat(ErrorAnswers.problem(post(PATH, "br", Service.jpeg()), 400, "INVALID_REQUEST"))
        .contains("gzip", "deflate");
  }

  @Test
  void answersAreCompressedOnlyOnRequest() {
    RawHttp.Answer plain = RawHttp.request("GET", "/models", "Accept-Encoding: identity").send();
    RawHttp.Answer packed = RawHttp.request("GET", "/models", "Accept-Encoding: gzip").send();

    assertThat(plain.header("content-encoding")).isEmpty();
    assertThat(packed.header("content-encoding")).isEqualTo("gzip");
  }

  @Test
  void theRequestIdIsEchoedInTheHeaderAndTheProblem() {
    Response found = given().header("X-Request-Id", "abc-123").get("/models");
    Response missing = given().header("x-request-id", "abc-124").get("/nothing");
    RawHttp.Answer tooLarge =
        RawHttp.post(PATH, "x-request-id: abc-125", "Content-Length: 99999999").send();

    assertThat(found.header("x-request-id")).isEqualTo("abc-123");
    assertThat(missing.header("x-request-id")).isEqualTo("abc-124");
    assertThat(missing.jsonPath().getString("request_id")).isEqualTo("abc-124");
    assertThat(tooLarge.header("x-request-id")).isEqualTo("abc-125");
    assertThat(tooLarge.body()).contains("\"request_id\":\"abc-125\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "<script>", "ä"})
  void anInvalidRequestIdIsReplaced(String id) {
    Response response = given().header("x-request-id", id).get("/models");

    assertThat(response.header("x-request-id")).matches("[0-9a-f-]{36}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/index.html", "/page/main.js", "/page/icon.svg", "/models"})
  void headAndGetHaveTheSameContentType(String path) {
    Response head = given().head(path);

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.contentType()).isNotBlank().isEqualTo(given().get(path).contentType());
  }

  @Test
  void headIsSupportedAndOtherOriginsAreNotAllowed() {
    assertThat(given().head("/models").statusCode()).isEqualTo(200);
    assertThat(given().head("/v2").statusCode()).isEqualTo(200);
    Response options = given().header("Origin", "https://elsewhere.example").options("/models");
    assertThat(options.statusCode()).isEqualTo(200);
    assertThat(options.header("Access-Control-Allow-Origin")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/index.html", "/page/main.js", "/page/base.css", "/page/icon.svg"})
  void pageFilesHaveASecurityPolicyAndAreRevalidated(String path) {
    RawHttp.Answer file =
        RawHttp.request("GET", path, "Accept: text/html", "Accept-Encoding: gzip").send();

    assertThat(file.status()).isEqualTo(200);
    assertThat(file.header("content-security-policy"))
        .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'")
        .doesNotContain("unsafe", "http", "*");
    assertThat(file.header("cache-control")).isEqualTo("no-cache");
    assertThat(file.header("last-modified")).isNotEmpty();
    assertThat(file.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(file.header("content-encoding")).isEqualTo(path.endsWith("svg") ? "" : "gzip");
    Response head = given().accept("text/html").head(path);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(
            given()
                .accept("text/html")
                .header("If-Modified-Since", head.header("Last-Modified"))
                .get(path)
                .statusCode())
        .isEqualTo(304);
  }

  @Test
  void otherRoutesLackTheHeadersOfThePage() {
    assertThat(given().get("/models").header("Content-Security-Policy")).isNull();
    ErrorAnswers.problem(given().get("/page/nothing.js"), 404, "NOT_FOUND");
    ErrorAnswers.problem(given().body("x").post("/"), 404, "NOT_FOUND");
  }

  @Test
  void swaggerUiIsDisabledByDefault() {
    assertThat(given().get("/q/swagger-ui/").statusCode()).isEqualTo(404);
  }
}
