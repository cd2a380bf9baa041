package io.github.vanillanet.serve.metrics;

import java.util.Locale;

/** How a request ended that had found its model. */
public enum Outcome {
  SUCCESS,
  /** Refused since the queue was full. */
  REJECTED,
  /** Its deadline could not be met, or passed. */
  EXPIRED,
  /** Its client left. */
  CANCELLED,
  /** The client's fault: no image, a wrong shape. */
  INVALID,
  /** The engine's fault, or ours. */
  FAILED;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
