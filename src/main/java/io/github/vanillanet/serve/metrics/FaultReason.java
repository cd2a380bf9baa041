package io.github.vanillanet.serve.metrics;

import java.util.Locale;

/** Why a lane was taken out of service. */
public enum FaultReason {
  /** The engine or the device failed. */
  DEVICE_ERROR,
  /** A forward does not come back. */
  HANG,
  /** A picture was answered with logits that are not finite. */
  NON_FINITE,
  /** A certified probe was answered otherwise than certified. */
  WRONG_ANSWER,
  /** The lane's thread could not be set up, or ended. */
  THREAD;

  /** As in labels and health bodies. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
