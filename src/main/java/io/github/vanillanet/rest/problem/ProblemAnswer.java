package io.github.vanillanet.rest.problem;

import io.github.vanillanet.error.ErrorCode;
import io.github.vanillanet.error.ServiceException;
import java.util.Map;
import java.util.Optional;

/**
 * A failure rendered as the API below its path does it: {@code {"error": …}} below {@code /v2}, a
 * {@link Problem} elsewhere.
 *
 * @param entity to be written as JSON
 */
public record ProblemAnswer(int status, String mediaType, Object entity) {

  /** Characters of a detail: it may quote what the client sent. */
  private static final int LONGEST = 1000;

  /** A failure that we name. */
  public static ProblemAnswer of(ServiceException failure, String path) {
    ErrorCode code = failure.code();
    return of(StatusTable.status(code), Optional.of(code.name()), failure.getMessage(), path);
  }

  /** A failure of HTTP itself. */
  public static ProblemAnswer of(int status, String detail, String path) {
    return of(status, Optional.empty(), detail, path);
  }

  private static ProblemAnswer of(int status, Optional<String> code, String text, String path) {
    String detail = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    if (path.equals("/v2") || path.startsWith("/v2/")) {
      return new ProblemAnswer(status, "application/json", Map.of("error", detail));
    }
    return new ProblemAnswer(status, Problem.MEDIA_TYPE, Problem.of(status, code, detail, path));
  }
}
