package io.github.vanillanet.batching;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.timing.Deadline;
import io.github.vanillanet.timing.Millis;
import java.time.Duration;

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
   * What does not fit.
   *
   * @param who would have answered
   * @param expected what could have been promised
   */
  static ServiceException.DeadlineExceeded tooLate(
      String who, Deadline deadline, Duration expected) {
    if (deadline.passed()) {
      return new ServiceException.DeadlineExceeded(
          who + ": the budget of " + deadline + " was spent before it came to this");
    }
    String left = Millis.of(deadline.remaining().toNanos(), 1);
    String needed = Millis.of(expected.toNanos(), 1);
    return new ServiceException.DeadlineExceeded(
        who
            + (": of the budget of " + deadline + " " + left + " ms are left")
            + (", the answer would take about " + needed + " ms"));
  }
}
