package io.github.vanillanet.serve.metrics;

import java.util.Locale;

/** The outcome of a request for an existing model. */
public enum Outcome {
  SUCCESS,
  /** The queue was full. */
  REJECTED,
  /** The deadline passed or could not be met. */
  EXPIRED,
  /** The client disconnected. */
  CANCELLED,
  /** The client's error, such as a damaged image or a wrong shape. */
  INVALID,
  /** An error of the engine or the service. */
  FAILED;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
