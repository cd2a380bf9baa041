package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;

import io.github.vanillanet.Oracle;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Waits for the running service, and reads the images that tests send to it. */
final class Service {

  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  private Service() {}

  /** Waits until the models are loaded. */
  static void awaitReady() {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (given().get("/q/health/ready").statusCode() != 200) {
      if (System.nanoTime() > until) {
        throw new AssertionError("not ready after " + TIMEOUT);
      }
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
    }
  }

  static byte[] image(String name) {
    try {
      return Files.readAllBytes(Oracle.file("preprocess/" + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] jpeg() {
    return image("jpeg_420.jpg");
  }

  static String base64(byte[] image) {
    return Base64.getEncoder().encodeToString(image);
  }

  /** What {@code /classify} answers for an image: probabilities by label. */
  static Map<String, Float> probabilities(byte[] image) {
    JsonPath answer =
        given()
            .contentType("application/octet-stream")
            .body(image)
            .post("/classify/" + TwoSmallModels.MODEL)
            .jsonPath();
    Map<String, Float> probabilities = new HashMap<>();
    for (Map<String, Object> prediction : answer.<Map<String, Object>>getList("predictions")) {
      probabilities.put((String) prediction.get("label"), (Float) prediction.get("probability"));
    }
    return probabilities;
  }
}
