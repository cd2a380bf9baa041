package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.metrics.FaultReason;

/**
 * Why a lane answers nothing any more.
 *
 * @param detail one line for the operator
 * @param sticky only a new process cures it: its device, its memory or one of its threads is beyond
 *     repair. Otherwise another version does
 */
public record LaneFault(FaultReason reason, String detail, boolean sticky) {

  /** What requests are told. */
  ServiceException refusal(String lane) {
    return new ServiceException(
        ErrorCode.NOT_READY, "%s is out of service: %s".formatted(lane, this));
  }

  @Override
  public String toString() {
    return reason.label() + ", " + detail;
  }
}
