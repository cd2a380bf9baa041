package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Image options in requests, with the included model, whose preprocessing is auto. */
@QuarkusTest
@TestProfile(EmbeddedModelTest.MissingRepository.class)
class ImageOptionsTest {

  private static final String MODEL = "vanillanet-6-cifar10";

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  /** A picture whose upright form is its stored form, turned clockwise. */
  private static byte[] turned() {
    try (InputStream in =
        ImageOptionsTest.class.getResourceAsStream("/picture-rules/exif_before_pixels.png")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] png(boolean upright) {
    try {
      BufferedImage stored = ImageIO.read(new ByteArrayInputStream(turned()));
      int width = upright ? stored.getHeight() : stored.getWidth();
      int height = upright ? stored.getWidth() : stored.getHeight();
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          image.setRGB(
              x, y, upright ? stored.getRGB(y, stored.getHeight() - 1 - x) : stored.getRGB(x, y));
        }
      }
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      ImageIO.write(image, "png", file);
      return file.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Response classify(byte[] image, String query) {
    return given()
        .contentType("application/octet-stream")
        .urlEncodingEnabled(false)
        .body(image)
        .post("/classify?top_k=10" + query);
  }

  private static Map<Object, Object> probabilities(byte[] image, String query) {
    JsonPath answer = classify(image, query).then().statusCode(200).extract().jsonPath();
    return answer.<Map<String, Object>>getList("predictions").stream()
        .collect(Collectors.toMap(it -> it.get("label"), it -> it.get("probability")));
  }

  @Test
  void everyRouteAppliesTheModelsRulesAndThoseOfTheRequest() {
    String base64 = Base64.getEncoder().encodeToString(turned());
    Map<Object, Object> upright = probabilities(png(true), "");
    Map<Object, Object> stored = probabilities(png(false), "");
    assertThat(upright).isNotEqualTo(stored);

    for (String query : List.of("", "&exif=official", "&preprocessing=official")) {
      Map<Object, Object> expected = query.isEmpty() ? upright : stored;
      assertThat(probabilities(turned(), query)).as(query).isEqualTo(expected);
      Map<String, Float> v1 =
          given()
              .urlEncodingEnabled(false)
              .contentType("application/json")
              .body("{\"instances\":[{\"b64\":\"%s\"}]}".formatted(base64))
              .post("/v1/models/" + MODEL + ":predict?top_k=5" + query)
              .jsonPath()
              .getMap("predictions[0]");
      Map<String, Float> torchServe =
          given()
              .contentType("application/octet-stream")
              .body(turned())
              .post("/predictions/" + MODEL + "?top_k=5" + query)
              .jsonPath()
              .getMap("");
      assertThat(v1).as(query).hasSize(5).isEqualTo(torchServe);
      v1.forEach(
          (label, probability) ->
              assertThat(probability)
                  .as(label + query)
                  .isCloseTo(((Number) expected.get(label)).floatValue(), within(1e-6f)));
      assertThat(logits(turned(), query, "{}")).isEqualTo(logits(png(query.isEmpty()), "", "{}"));
    }
    assertThat(logits(turned(), "", "{\"exif\":\"official\"}"))
        .isEqualTo(logits(png(false), "", "{}"));
  }

  private static List<Float> logits(byte[] image, String query, String parameters) {
    String request = InferJson.images(List.of(image));
    return given()
        .contentType("application/json")
        .body("{\"parameters\":" + parameters + "," + request.substring(1))
        .post("/v2/models/" + MODEL + "-image/infer?x=1" + query)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath()
        .getList("outputs[0].data");
  }

  @Test
  void rejectsUnknownOptions() {
    for (String query : List.of("&exif=6", "&alpha=red", "&truncated=1", "&preprocessing=none")) {
      assertThat(classify(turned(), query).statusCode()).as(query).isEqualTo(400);
    }
    String request = InferJson.images(List.of(turned()));
    given()
        .contentType("application/json")
        .body("{\"parameters\":{\"depth\":\"8\"}," + request.substring(1))
        .post("/v2/models/" + MODEL + "-image/infer")
        .then()
        .statusCode(400);
  }

  @Test
  void aTruncatedJpegIsAnsweredWithANote() {
    byte[] whole = Service.jpeg();
    byte[] cut = Arrays.copyOf(whole, whole.length - 20);

    assertThat(classify(cut, "").statusCode()).isEqualTo(422);
    Response accepted = classify(cut, "&truncated=accept");
    assertThat(accepted.statusCode()).isEqualTo(200);
    assertThat(accepted.jsonPath().getString("inexact")).isNotEmpty();
    assertThat(accepted.header("X-Inexact")).startsWith("image 0");
    assertThat(classify(whole, "&truncated=accept").header("X-Inexact")).isNull();
  }

  @Test
  void theManifestsRulesAreShown() {
    JsonPath model = given().get("/models/" + MODEL).jsonPath();

    assertThat(model.getString("preprocessing.exif")).isEqualTo("auto");
    assertThat(model.getString("preprocessing.depth")).isEqualTo("auto");
    assertThat(model.getString("preprocessing.alpha")).isEqualTo("auto");
  }
}
