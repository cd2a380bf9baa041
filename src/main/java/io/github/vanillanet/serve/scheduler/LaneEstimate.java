package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Millis;
import java.time.Duration;
import java.util.Optional;

/**
 * What work would meet if it came now, from what the lane measured.
 *
 * @param waiting until what is before it is computed
 * @param forward of the work itself
 * @param margin by how much all that may well be longer, from how much longer other work took
 * @param room false if the queue would refuse it
 */
public record LaneEstimate(Duration waiting, Duration forward, Duration margin, boolean room) {

  Duration likely() {
    return waiting.plus(forward);
  }

  /** What can be promised. */
  public Duration total() {
    return likely().plus(margin);
  }

  /**
   * The refusal of work that does not fit. It tells when so much less will wait that it would, if
   * ever.
   *
   * @param who would have answered
   * @param preparation that the work needs before it can be queued
   */
  ServiceException tooLate(String who, Deadline deadline, Duration preparation) {
    if (deadline.passed()) {
      return new ServiceException(
          ErrorCode.DEADLINE_EXCEEDED,
          who + ": the budget of " + deadline + " was spent before it came to this");
    }
    Duration left = deadline.remaining();
    Duration expected = preparation.plus(total());
    boolean fitsAlone = left.compareTo(preparation.plus(forward)) > 0;
    return ServiceException.rejected(
        ErrorCode.DEADLINE_EXCEEDED,
        who
            + (": of the budget of " + deadline + " " + millis(left) + " ms are left")
            + (", the answer would take about " + millis(expected) + " ms"),
        fitsAlone ? Optional.of(expected.minus(left)) : Optional.empty());
  }

  private static String millis(Duration duration) {
    return Millis.of(duration.toNanos(), 1);
  }
}
