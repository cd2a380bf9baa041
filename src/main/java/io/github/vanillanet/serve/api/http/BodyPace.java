package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.BODY_TOO_SLOW;

import io.github.vanillanet.base.config.BodyConfig;
import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.Optional;

/**
 * How fast a body must arrive.
 *
 * @param grace time in which any rate is allowed
 * @param minRate bytes per second after it, on average since the head
 * @param longest time of the whole body
 */
public record BodyPace(Duration grace, long minRate, Duration longest) {

  public static BodyPace of(BodyConfig body, Duration longest) {
    return new BodyPace(body.grace(), body.minRate().asLongValue(), longest);
  }

  /**
   * Checks a body that is still incomplete. A body whose declared bytes have arrived is not slow:
   * it waits for a thread of the service.
   *
   * @param received bytes since the head
   * @param declared length of the body, or 0 if unknown
   * @param elapsed time since the head
   * @return {@code BODY_TOO_SLOW} if it is too slow
   */
  public Optional<ServiceException> violation(long received, long declared, Duration elapsed) {
    if (declared > 0 && received >= declared) {
      return Optional.empty();
    }
    if (elapsed.compareTo(longest) >= 0) {
      return Optional.of(
          BODY_TOO_SLOW.error(
              "expected the whole body within %d s, got %d bytes", longest.toSeconds(), received));
    }
    if (elapsed.compareTo(grace) >= 0 && received < minRate * (elapsed.toNanos() / 1e9)) {
      return Optional.of(
          BODY_TOO_SLOW.error(
              "expected a body of at least %d bytes per second, got %d bytes in %d s",
              minRate, received, elapsed.toSeconds()));
    }
    return Optional.empty();
  }
}
