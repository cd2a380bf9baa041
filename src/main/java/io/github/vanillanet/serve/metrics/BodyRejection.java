package io.github.vanillanet.serve.metrics;

import java.util.Locale;

/** Why a request was rejected because of its body. */
public enum BodyRejection {
  /** Other bodies left no memory. */
  FULL,
  /** The body arrived slowest when another one needed memory. */
  EVICTED,
  /** The body missed the minimum rate or the longest time. */
  SLOW,
  /** The compressed body inflated beyond the ratio or the limit. */
  INFLATED;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
