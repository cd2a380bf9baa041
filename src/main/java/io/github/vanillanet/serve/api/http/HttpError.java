package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * A failure with its HTTP status, before it is written in an {@link ErrorFormat}.
 *
 * @param code name of the failure, for programs
 * @param detail at most {@value #MAX_DETAIL} characters: it may quote the request
 * @param retryAfter when to try again, if known
 */
public record HttpError(int status, String code, String detail, Optional<Duration> retryAfter) {

  private static final int MAX_DETAIL = 1000;

  /** The default for a temporary failure of unknown duration. */
  private static final Duration DEFAULT_RETRY = Duration.ofSeconds(1);

  public HttpError {
    if (detail.length() > MAX_DETAIL) {
      detail = detail.substring(0, MAX_DETAIL) + "…";
    }
    if (retryAfter.isEmpty() && (status == 429 || status == 503)) {
      retryAfter = Optional.of(DEFAULT_RETRY);
    }
  }

  public static HttpError of(ServiceException failure) {
    ErrorCode code = failure.code();
    return new HttpError(status(code), code.name(), failure.getMessage(), failure.retryAfter());
  }

  /** A failure of HTTP itself, such as 405. */
  public static HttpError of(int status, String detail) {
    String code = title(status).toUpperCase(Locale.ROOT).replace(' ', '_');
    return new HttpError(status, code, detail, Optional.empty());
  }

  /** Value of the header {@code Retry-After}: whole seconds, at least one. */
  Optional<Long> retrySeconds() {
    return retryAfter.map(wait -> Math.max(1, (wait.toMillis() + 999) / 1000));
  }

  /** The status of each failure in every API. An operator's problem is 500 for a client. */
  public static int status(ErrorCode code) {
    return switch (code) {
      case INVALID_REQUEST -> 400;
      case FOREIGN_ORIGIN -> 403;
      case MODEL_NOT_FOUND, JOB_NOT_FOUND -> 404;
      case BODY_TOO_SLOW -> 408;
      case MODEL_AMBIGUOUS, CONFLICT -> 409;
      case TOO_LARGE -> 413;
      case UNSUPPORTED_IMAGE -> 415;
      case UNDECODABLE_IMAGE, BAD_DATASET -> 422;
      case QUEUE_FULL, TOO_MANY_SIGN_INS -> 429;
      case CLIENT_GONE -> 499; // as in nginx
      case NOT_READY -> 503;
      case DEADLINE_EXCEEDED -> 504;
      case OUT_OF_DEVICE_MEMORY -> 507;
      case ENGINE_FAILURE, BAD_CHECKPOINT, BAD_ARTIFACT, NOT_EQUIVALENT, BAD_CONFIGURATION -> 500;
    };
  }

  /** The status's phrase. */
  public static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 406 -> "Not Acceptable";
      case 408 -> "Request Timeout";
      case 409 -> "Conflict";
      case 413 -> "Content Too Large";
      case 414 -> "URI Too Long";
      case 415 -> "Unsupported Media Type";
      case 422 -> "Unprocessable Content";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 499 -> "Client Closed Request";
      case 500 -> "Internal Server Error";
      case 501 -> "Not Implemented";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      case 507 -> "Insufficient Storage";
      default -> "HTTP " + status;
    };
  }
}
