package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.metrics.FaultReason;

/**
 * The reason why a lane is out of service.
 *
 * @param detail one line for the operator
 * @param sticky whether only a new process helps, because the device, its memory or a thread is
 *     broken; otherwise another version of the model helps
 */
public record LaneFault(FaultReason reason, String detail, boolean sticky) {

  /** The error of every request to the lane. */
  ServiceException rejection(String lane) {
    return NOT_READY.error("%s is out of service: %s", lane, this);
  }

  @Override
  public String toString() {
    return reason.label() + ", " + detail;
  }
}
