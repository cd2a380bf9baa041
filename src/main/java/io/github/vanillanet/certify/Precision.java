package io.github.vanillanet.certify;

import java.util.Locale;

/** In what numbers an artifact keeps its weights and computes. */
public enum Precision {
  FLOAT32;

  /** As in settings and answers: {@code float32}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
