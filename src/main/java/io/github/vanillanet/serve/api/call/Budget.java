package io.github.vanillanet.serve.api.call;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.Optional;

/** How long a client is willing to wait, in milliseconds, with decimals if it likes. */
final class Budget {

  static final String HEADER = "X-Latency-Budget-Ms";
  static final String QUERY = "deadline_ms";

  private static final double LONGEST_MILLIS = Duration.ofDays(365).toMillis();

  private Budget() {}

  /**
   * @param text null if it is not given: so Vert.x tells it
   */
  static Optional<Duration> inHeader(String text) {
    return Optional.ofNullable(text).map(given -> parse(HEADER, given));
  }

  /**
   * @param text null if it is not given: so Vert.x tells it
   */
  static Optional<Duration> inQuery(String text) {
    return Optional.ofNullable(text).map(given -> parse(QUERY, given));
  }

  private static Duration parse(String where, String text) {
    double millis;
    try {
      millis = Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      millis = Double.NaN;
    }
    if (!(millis > 0)) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "%s: expected milliseconds above 0, found '%s'".formatted(where, text));
    }
    return Duration.ofNanos(Math.round(Math.min(millis, LONGEST_MILLIS) * 1e6));
  }
}
