package io.github.vanillanet.base.error;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A failure that a caller or an operator can act on. The message is one line: what was expected,
 * what was found, what to do. Bugs use other exception types.
 */
public final class ServiceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final Duration retryAfter; // null if unknown: an Optional is not serializable

  ServiceException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.retryAfter = null;
  }

  private ServiceException(ErrorCode code, String message, Duration retryAfter) {
    super(message, null, true, false);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /**
   * A rejection under load. It has no stack trace, because an overloaded service throws many.
   *
   * @param retryAfter when the same request may succeed, if known
   */
  public static ServiceException rejected(
      ErrorCode code, String message, Optional<Duration> retryAfter) {
    return new ServiceException(code, message, retryAfter.orElse(null));
  }

  public ErrorCode code() {
    return code;
  }

  /** The time after which the same request may succeed, if known. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  public void rethrowUnless(ErrorCode... expected) {
    if (!List.of(expected).contains(code)) {
      throw this;
    }
  }

  /** Returns whether {@code failure} is a {@code ServiceException} with this code. */
  public static boolean has(Throwable failure, ErrorCode code) {
    return failure instanceof ServiceException named && named.code == code;
  }

  /** The first cause of {@code failure}, or itself. */
  public static Throwable rootOf(Throwable failure) {
    return failure.getCause() == null ? failure : rootOf(failure.getCause());
  }
}
