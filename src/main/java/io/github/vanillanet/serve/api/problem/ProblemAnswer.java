package io.github.vanillanet.serve.api.problem;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A failure rendered as the API below its path does it: {@code {"error": …}} in the inference
 * protocols, {@code {"code", "type", "message"}} in TorchServe's, a {@link Problem} elsewhere.
 *
 * @param entity to be written as JSON
 * @param retryAfter when to try again, if the answer says so
 */
public record ProblemAnswer(
    int status, String mediaType, Object entity, Optional<Duration> retryAfter) {

  /** For what ends by itself, but nobody knows when. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private static final String JSON = "application/json";

  /** Characters of a detail: it may quote what the client sent. */
  private static final int LONGEST = 1000;

  /** A failure that we name. */
  public static ProblemAnswer of(ServiceException failure, String path) {
    ErrorCode code = failure.code();
    return of(
        StatusTable.status(code),
        Optional.of(code.name()),
        failure.getMessage(),
        path,
        failure.retryAfter());
  }

  /** A failure of HTTP itself. */
  public static ProblemAnswer of(int status, String detail, String path) {
    return of(status, Optional.empty(), detail, path, Optional.empty());
  }

  private static ProblemAnswer of(
      int status, Optional<String> code, String text, String path, Optional<Duration> known) {
    String detail = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    Optional<Duration> retry =
        known.or(() -> status == 429 || status == 503 ? Optional.of(SOON) : Optional.empty());
    if (isBelow(path, "/v2") || isBelow(path, "/v1")) {
      return new ProblemAnswer(status, JSON, Map.of("error", detail), retry);
    }
    if (isBelow(path, "/predictions") || isBelow(path, "/ping")) {
      return new ProblemAnswer(
          status,
          JSON,
          Map.of("code", status, "type", torchServeType(status, code), "message", detail),
          retry);
    }
    Problem problem = Problem.of(status, code, detail, path, retry);
    return new ProblemAnswer(status, Problem.MEDIA_TYPE, problem, retry);
  }

  /** The header {@code Retry-After}: whole seconds, at least one. */
  public Optional<Long> retrySeconds() {
    return retryAfter.map(wait -> Math.max(1, (wait.toMillis() + 999) / 1000));
  }

  private static boolean isBelow(String path, String root) {
    return path.equals(root) || path.startsWith(root + "/");
  }

  /** TorchServe names its exceptions after statuses, but for what is not there. */
  private static String torchServeType(int status, Optional<String> code) {
    if (status == 404) {
      return code.equals(Optional.of(ErrorCode.MODEL_NOT_FOUND.name()))
          ? "ModelNotFoundException"
          : "ResourceNotFoundException";
    }
    return StatusTable.title(status).replace(" ", "") + "Exception";
  }

  /** The same, with the request's id where there is a place for it. */
  public ProblemAnswer withRequestId(String id) {
    return entity instanceof Problem problem
        ? new ProblemAnswer(status, mediaType, problem.withRequestId(id), retryAfter)
        : this;
  }
}
