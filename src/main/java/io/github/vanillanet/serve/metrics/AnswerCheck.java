package io.github.vanillanet.serve.metrics;

import java.util.Locale;

/** How the answer to one image became final, in a version that checks its answers. */
public enum AnswerCheck {
  /** The best two classes are not close: the answer is the one of the reduced precision. */
  CLEAR,
  /** They are close: the answer is float32's. */
  RECOMPUTED,
  /** They are close, but the deadline left no time to compute the answer again. */
  UNCHECKED;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
