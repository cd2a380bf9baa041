package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.metrics.FaultReason;

/**
 * The reason why a lane is out of service.
 *
 * @param detail one line for the operator
 * @param sticky whether only a new process helps, because the device, its memory or a thread is
 *     broken; otherwise another version of the model helps, or the end of the hang
 */
public record LaneFault(FaultReason reason, String detail, boolean sticky) {

  /** A hang is over when the forward has returned and the next probes are correct. */
  public boolean isHang() {
    return reason == FaultReason.HANG;
  }

  /** Returns whether the process cannot serve while the fault lasts. */
  public boolean stopsProcess() {
    return sticky || isHang();
  }

  /** Returns whether this fault is reported although {@code known} was reported before. */
  boolean isWorseThan(LaneFault known) {
    return sticky ? !known.sticky : isHang() && !known.stopsProcess();
  }

  /** The error of every request to the lane. */
  ServiceException rejection(String lane) {
    return NOT_READY.error("%s is out of service: %s", lane, this);
  }

  @Override
  public String toString() {
    return reason.label() + ", " + detail;
  }
}
