package io.github.vanillanet.serve.api.problem;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Failures of every status that the API's description tells of, rendered by the code that renders
 * real ones, so that they look alike.
 */
public final class FailureExamples {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private static final String REQUEST_ID = "4f0c7a52-6d0e-4b5b-9a55-0f1c3f1d2f6e";
  private static final String CLASSIFY = "/classify/vanillanet-5";
  private static final String TRAININGS = "/admin/trainings";

  private static final List<Failing> NAMED =
      List.of(
          at(
              CLASSIFY,
              new ServiceException(
                  ErrorCode.INVALID_REQUEST, "top_k: expected a whole number, found 'many'")),
          at(
              "/classify/vanillanet-99",
              new ServiceException(
                  ErrorCode.MODEL_NOT_FOUND,
                  "there is no model 'vanillanet-99'; loaded are: vanillanet-5, vanillanet-9")),
          at(
              TRAININGS + "/20260102-030405-0006",
              new ServiceException(
                  ErrorCode.JOB_NOT_FOUND, "there is no job '20260102-030405-0006'")),
          at(
              "/classify",
              new ServiceException(
                  ErrorCode.MODEL_AMBIGUOUS,
                  "no model is named and none is the default; loaded are: vanillanet-5,"
                      + " vanillanet-9")),
          at(
              "/admin/models/vanillanet-5/rollback",
              new ServiceException(
                  ErrorCode.CONFLICT, "no other version of vanillanet-5 was active before")),
          at(
              CLASSIFY,
              new ServiceException(
                  ErrorCode.TOO_LARGE,
                  "expected a body of at most 20971520 bytes, found 20971521")),
          at(
              CLASSIFY,
              new ServiceException(
                  ErrorCode.UNSUPPORTED_IMAGE,
                  "expected a JPEG, PNG, GIF, BMP or WebP image, found 5 bytes beginning with 68"
                      + " 65 6c 6c 6f")),
          at(
              CLASSIFY,
              new ServiceException(
                  ErrorCode.UNDECODABLE_IMAGE,
                  "GIF image of 512 bytes cannot be decoded: it ends early")),
          at(
              CLASSIFY,
              ServiceException.rejected(
                  ErrorCode.QUEUE_FULL,
                  "vanillanet-5/1: 64 images wait and 1 more do not fit, the queue holds 64",
                  Optional.of(Duration.ofMillis(850)))),
          at(
              CLASSIFY,
              new ServiceException(ErrorCode.NOT_READY, "the models are still being loaded")),
          at(
              CLASSIFY,
              ServiceException.rejected(
                  ErrorCode.DEADLINE_EXCEEDED,
                  "vanillanet-5/1: of the budget of 300.0 ms 299.2 ms are left, the answer would"
                      + " take about 850.0 ms",
                  Optional.of(Duration.ofMillis(550)))),
          at(
              CLASSIFY,
              new ServiceException(ErrorCode.OUT_OF_DEVICE_MEMORY, "the device is out of memory")));

  private FailureExamples() {}

  /** A failure at the path of a request of ours. */
  private record Failing(String ownPath, ServiceException failure) {}

  /** One body: the failure's name and the members. */
  public record Example(String name, Map<String, Object> body) {}

  private static Failing at(String ownPath, ServiceException failure) {
    return new Failing(ownPath, failure);
  }

  /**
   * @param root path of the API whose form they shall have, {@code /} for ours
   */
  public static List<Example> of(int status, String root) {
    List<Example> examples = new ArrayList<>();
    for (Failing failing : NAMED) {
      if (StatusTable.status(failing.failure().code()) == status) {
        String path = root.equals("/") ? failing.ownPath() : root;
        examples.add(
            new Example(
                failing.failure().code().name(),
                members(ProblemAnswer.of(failing.failure(), path))));
      }
    }
    if (examples.isEmpty()) { // a failure of HTTP itself
      String name = StatusTable.title(status).toUpperCase(Locale.ROOT).replace(' ', '_');
      String path = root.equals("/") ? (status == 500 ? CLASSIFY : TRAININGS) : root;
      examples.add(new Example(name, members(ProblemAnswer.of(status, detail(status), path))));
    }
    return examples;
  }

  private static String detail(int status) {
    return status == 500 ? ProblemMapper.UNEXPECTED : AccessMappers.detail(status);
  }

  private static Map<String, Object> members(ProblemAnswer answer) {
    return JSON.convertValue(answer.withRequestId(REQUEST_ID).entity(), OBJECT);
  }
}
