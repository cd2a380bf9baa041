package io.github.vanillanet.base.timing;

/**
 * Milliseconds as text. {@code String.format} takes longer than all other work of a rejected
 * request.
 */
public final class Millis {

  private static final int NANOS_DECIMALS = 6;

  private Millis() {}

  /**
   * Formats a rounded value, for example {@code -12.3}.
   *
   * @param decimals 1..6
   */
  public static String of(long nanos, int decimals) {
    long unit = power(NANOS_DECIMALS - decimals);
    long parts = (Math.abs(nanos) + unit / 2) / unit;
    long whole = power(decimals);
    String fraction = Long.toString(whole + parts % whole).substring(1); // with leading zeros
    return (nanos < 0 ? "-" : "") + parts / whole + "." + fraction;
  }

  private static long power(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= 10;
    }
    return power;
  }
}
