package io.github.vanillanet.serve.api.openapi;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.json.RecordJson;
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

  private static final Optional<String> REQUEST_ID =
      Optional.of("4f0c7a52-6d0e-4b5b-9a55-0f1c3f1d2f6e");
  private static final String CLASSIFY = "/classify/vanillanet-5";
  private static final String ADMIN = "/admin/trainings/20260102-030405-0006";

  private static final List<HttpError> ALL =
      List.of(
          error(ErrorCode.INVALID_REQUEST, "top_k: expected a whole number, got 'many'"),
          error(ErrorCode.MODEL_NOT_FOUND, "there is no model 'x'; loaded models: vanillanet-5"),
          error(ErrorCode.JOB_NOT_FOUND, "there is no job '20260102-030405-0006'"),
          error(ErrorCode.MODEL_AMBIGUOUS, "the request names no model and there is no default"),
          error(ErrorCode.CONFLICT, "the job 20260102-030405-0006 has ended"),
          error(ErrorCode.TOO_LARGE, "expected a body of at most 20971520 bytes, got 20971521"),
          error(
              ErrorCode.BODY_TOO_SLOW,
              "expected a body of at least 8192 bytes per second, got 1000 bytes in 5 s"),
          error(ErrorCode.UNSUPPORTED_IMAGE, "expected a JPEG, PNG, GIF, BMP or WebP image"),
          error(ErrorCode.UNDECODABLE_IMAGE, "GIF image of 512 bytes: it ends early"),
          HttpError.of(
              ServiceException.rejected(
                  ErrorCode.QUEUE_FULL,
                  "vanillanet-5/1: 64 images wait and 1 more does not fit in the queue of 64",
                  Optional.of(Duration.ofMillis(850)))),
          error(ErrorCode.FOREIGN_ORIGIN, "a page of another site must not change this service"),
          HttpError.of(
              ServiceException.rejected(
                  ErrorCode.TOO_MANY_SIGN_INS,
                  "too many failed sign-ins from this address; try again in 42 s",
                  Optional.of(Duration.ofSeconds(42)))),
          error(ErrorCode.NOT_READY, "the models are still being loaded"),
          HttpError.of(
              ServiceException.rejected(
                  ErrorCode.DEADLINE_EXCEEDED,
                  "vanillanet-5/1: the answer would take about 850.0 ms, but 299.2 ms of the budget of 300.0 ms are left",
                  Optional.of(Duration.ofMillis(550)))),
          error(ErrorCode.OUT_OF_DEVICE_MEMORY, "the device is out of memory"),
          HttpError.of(401, ErrorMappers.UNAUTHORIZED),
          HttpError.of(403, ErrorMappers.FORBIDDEN),
          HttpError.of(500, ErrorMappers.UNEXPECTED));

  private ErrorExamples() {}

  private static HttpError error(ErrorCode code, String message) {
    return HttpError.of(code.error(message));
  }

  /** Bodies of all failures with a status, by their names. */
  static Map<String, Map<?, ?>> of(int status, ErrorFormat format) {
    Map<String, Map<?, ?>> bodies = new LinkedHashMap<>();
    for (HttpError error : ALL) {
      if (error.status() == status) {
        boolean isAdmin =
            status == 401
                || status == 403
                || error.code().matches("JOB_.*|CONFLICT|TOO_MANY_SIGN_INS");
        Object body = format.body(error, isAdmin ? ADMIN : CLASSIFY, REQUEST_ID);
        bodies.put(error.code(), RecordJson.parse(RecordJson.write(body), Map.class).orElseThrow());
      }
    }
    return bodies;
  }
}
