package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Millis;
import java.time.Duration;
import java.util.Optional;

/** The errors of work that a lane does not accept. */
final class Rejections {

  private Rejections() {}

  /**
   * The queue has no room. Retry-After is the time until the work before it is done.
   *
   * @param aheadNanos until the work before it is done
   */
  static ServiceException full(
      String lane, int waiting, int more, int capacity, double aheadNanos) {
    String message =
        "%s: %d images wait and %d more do not fit in the queue of %d"
            .formatted(lane, waiting, more, capacity);
    return ServiceException.rejected(
        ErrorCode.QUEUE_FULL, message, Optional.of(Duration.ofNanos(Math.round(aheadNanos))));
  }

  /**
   * The answer would come after the deadline. Retry-After is the time until enough of the work
   * before it is done for the new work to end in time, if that is possible.
   *
   * @param ownNanos of preparation and forward
   */
  static ServiceException late(String lane, Duration expected, Deadline deadline, double ownNanos) {
    Duration left = deadline.remaining();
    String message =
        lane
            + (": the answer would take about " + Millis.of(expected.toNanos(), 1) + " ms, but ")
            + (Millis.of(left.toNanos(), 1) + " ms of the budget of " + deadline + " are left");
    return ServiceException.rejected(
        ErrorCode.DEADLINE_EXCEEDED,
        message,
        left.toNanos() > ownNanos ? Optional.of(expected.minus(left)) : Optional.empty());
  }
}
