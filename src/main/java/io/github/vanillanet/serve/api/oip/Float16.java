package io.github.vanillanet.serve.api.oip;

/** IEEE 754 binary16; the JDK has it from version 20 on. */
final class Float16 {

  private static final int BIAS_DIFFERENCE = 127 - 15;

  private Float16() {}

  static float toFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >>> 10 & 0x1f;
    int mantissa = half & 0x3ff;
    if (exponent == 0) { // zero or subnormal: a multiple of 2^-24
      return (sign == 0 ? 1 : -1) * mantissa * 0x1p-24f;
    }
    int exponent32 = exponent == 0x1f ? 0xff : exponent + BIAS_DIFFERENCE;
    return Float.intBitsToFloat(sign | exponent32 << 23 | mantissa << 13);
  }
}
