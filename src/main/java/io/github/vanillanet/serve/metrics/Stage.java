package io.github.vanillanet.serve.metrics;

import java.util.Locale;

/** A part of a request's time, in the order of processing. */
public enum Stage {
  /** Encoded bytes to pixels or tensors. */
  DECODE,
  /** Pixels to the model's input. */
  PREPROCESS,
  /** Waiting for a decoder and for the lane. */
  QUEUE,
  /** The forward. */
  INFER,
  /** Logits to predictions. */
  POSTPROCESS,
  /** Time since the arrival of the request's head. It includes HTTP handling. */
  TOTAL;

  /** The value in metrics and headers. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
