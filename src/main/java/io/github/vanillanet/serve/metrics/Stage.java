package io.github.vanillanet.serve.metrics;

import java.util.Locale;

/** Where the time of a request goes, in the order in which it goes there. */
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
  /** From the arrival of the request's head; more than the sum by what HTTP takes. */
  TOTAL;

  /** As in labels and headers. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
