package io.github.vanillanet.serve.api.openapi;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.http.ErrorFormat;
import io.github.vanillanet.serve.api.http.ErrorMappers;
import io.github.vanillanet.serve.api.http.HttpError;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Examples of failures, written by the code that writes the real ones. */
final class ErrorExamples {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private static final Optional<String> REQUEST_ID =
      Optional.of("4f0c7a52-6d0e-4b5b-9a55-0f1c3f1d2f6e");
  private static final String PATH = "/classify/vanillanet-5";

  private static final List<Example> EXAMPLES =
      List.of(
          example(ErrorCode.INVALID_REQUEST, PATH, "top_k: expected a whole number, got 'many'"),
          example(
              ErrorCode.MODEL_NOT_FOUND,
              "/classify/vanillanet-99",
              "there is no model 'vanillanet-99'; loaded are: vanillanet-5, vanillanet-9"),
          example(
              ErrorCode.JOB_NOT_FOUND,
              "/admin/trainings/20260102-030405-0006",
              "there is no job '20260102-030405-0006'"),
          example(
              ErrorCode.MODEL_AMBIGUOUS,
              "/classify",
              "the request names no model and there is no default; name one of: vanillanet-5"),
          example(
              ErrorCode.CONFLICT,
              "/admin/models/vanillanet-5/rollback",
              "no other version of vanillanet-5 was active before"),
          example(
              ErrorCode.TOO_LARGE, PATH, "expected a body of at most 20971520 bytes, got 20971521"),
          example(
              ErrorCode.UNSUPPORTED_IMAGE,
              PATH,
              "expected a JPEG, PNG, GIF, BMP or WebP image, got 5 bytes beginning with 68 65 6c"),
          example(
              ErrorCode.UNDECODABLE_IMAGE,
              PATH,
              "GIF image of 512 bytes cannot be decoded: it ends early"),
          example(
              ErrorCode.QUEUE_FULL,
              PATH,
              "vanillanet-5/1: 64 images wait and 1 more does not fit, the queue holds 64",
              Duration.ofMillis(850)),
          example(ErrorCode.NOT_READY, PATH, "the models are still being loaded"),
          example(
              ErrorCode.DEADLINE_EXCEEDED,
              PATH,
              "vanillanet-5/1: 299.2 ms of the budget of 300.0 ms are left, the answer would take"
                  + " about 850.0 ms",
              Duration.ofMillis(550)),
          example(ErrorCode.OUT_OF_DEVICE_MEMORY, PATH, "the device is out of memory"));

  private ErrorExamples() {}

  /** A failure at a path of the service's own API. */
  private record Example(String path, HttpError error) {}

  private static Example example(ErrorCode code, String path, String message) {
    return new Example(path, HttpError.of(new ServiceException(code, message)));
  }

  private static Example example(ErrorCode code, String path, String message, Duration retryAfter) {
    return new Example(
        path, HttpError.of(ServiceException.rejected(code, message, Optional.of(retryAfter))));
  }

  /** Bodies of all failures with a status, by their names. */
  static Map<String, Map<String, Object>> of(int status, ErrorFormat format) {
    Map<String, Map<String, Object>> bodies = new LinkedHashMap<>();
    for (Example example : EXAMPLES) {
      if (example.error().status() == status) {
        bodies.put(example.error().code(), body(example, format));
      }
    }
    if (bodies.isEmpty()) {
      Example example = ofHttp(status);
      bodies.put(example.error().code(), body(example, format));
    }
    return bodies;
  }

  private static Example ofHttp(int status) {
    return switch (status) {
      case 401 -> new Example("/admin/trainings", HttpError.of(401, ErrorMappers.UNAUTHORIZED));
      case 403 -> new Example("/admin/trainings", HttpError.of(403, ErrorMappers.FORBIDDEN));
      default -> new Example(PATH, HttpError.of(status, ErrorMappers.UNEXPECTED));
    };
  }

  private static Map<String, Object> body(Example example, ErrorFormat format) {
    return JSON.convertValue(format.body(example.error(), example.path(), REQUEST_ID), OBJECT);
  }
}
