package io.github.vanillanet.serve.metrics;

import java.util.Locale;

/** The reason why a lane was taken out of service. */
public enum FaultReason {
  /** The engine or the device failed. */
  DEVICE_ERROR,
  /** A forward did not return. */
  HANG,
  /** The logits of an image are not finite. */
  NON_FINITE,
  /** The answer to a certified probe differs from the certificate. */
  WRONG_ANSWER,
  /** A worker thread could not start, or ended. */
  THREAD;

  /** The value in metrics and health responses. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
