package io.github.vanillanet.base.timing;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Milliseconds as text. {@code String.format} takes longer than all other work of a rejected
 * request.
 */
public final class Millis {

  private Millis() {}

  /** Formats a rounded value, for example {@code -12.3}. */
  public static String of(long nanos, int decimals) {
    return BigDecimal.valueOf(nanos, 6).setScale(decimals, RoundingMode.HALF_UP).toPlainString();
  }
}
