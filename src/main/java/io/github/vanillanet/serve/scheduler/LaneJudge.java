package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.FaultReason;

/** What of all that may happen in a forward is a fault of the lane, and what is not. */
final class LaneJudge {

  private final LaneHealth health;

  LaneJudge(LaneHealth health) {
    this.health = health;
  }

  /**
   * Of pictures, no logits but finite ones can come: every byte is a good pixel. Tensors may hold
   * what overflows inside the net, so a probe has to tell.
   */
  void answered(InputKind kind, float[] logits, WorkerPulse pulse) {
    if (!health.isWatched() || isFinite(logits)) {
      return;
    }
    pulse.suspect();
    if (kind == InputKind.IMAGES) {
      health.report(
          new LaneFault(
              FaultReason.NON_FINITE,
              "a picture was answered with logits that are not finite",
              false));
    }
  }

  /** A device that is full is a healthy one, and a bug of ours is not the device's. */
  void threw(Throwable failure) {
    if (health.isWatched() && ServiceException.has(failure, ErrorCode.ENGINE_FAILURE)) {
      health.report(deviceError(failure));
    }
  }

  /** Weights and device answered this probe rightly once: whatever is wrong now broke since. */
  void probeAnswered(KnownAnswer probe, float[] logits) {
    if (!isFinite(logits)) {
      health.report(
          new LaneFault(
              FaultReason.NON_FINITE,
              "a probe was answered with logits that are not finite",
              true));
      return;
    }
    try {
      probe.requireRight().accept(logits);
    } catch (ServiceException e) {
      health.report(new LaneFault(FaultReason.WRONG_ANSWER, e.getMessage(), true));
    }
  }

  void probeThrew(Throwable failure) {
    boolean full =
        ServiceException.has(failure, ErrorCode.OUT_OF_DEVICE_MEMORY)
            || failure instanceof OutOfMemoryError;
    if (!full) {
      health.report(deviceError(failure));
    }
  }

  private static LaneFault deviceError(Throwable failure) {
    String detail =
        failure instanceof ServiceException ? failure.getMessage() : String.valueOf(failure);
    return new LaneFault(FaultReason.DEVICE_ERROR, detail, true);
  }

  private static boolean isFinite(float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        return false;
      }
    }
    return true;
  }
}
