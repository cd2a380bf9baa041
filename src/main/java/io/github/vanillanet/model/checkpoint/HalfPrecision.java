package io.github.vanillanet.model.checkpoint;

/**
 * Converts IEEE 754 binary16 and bfloat16 to and from float32. Rounds to nearest, ties to even. JDK
 * 20 and later convert binary16. No JDK converts bfloat16.
 */
public final class HalfPrecision {

  private static final int FLOAT16_EXPONENT_BIAS = 15;
  private static final int FLOAT32_EXPONENT_BIAS = 127;

  private HalfPrecision() {}

  public static float bfloat16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  static short floatToBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40);
    }
    int roundToEven = 0x7fff + (bits >>> 16 & 1);
    return (short) (bits + roundToEven >>> 16);
  }

  public static float float16ToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >>> 10 & 0x1f;
    int mantissa = half & 0x3ff;
    if (exponent == 0) {
      float magnitude = mantissa * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int exponent32 =
        exponent == 0x1f ? 0xff : exponent - FLOAT16_EXPONENT_BIAS + FLOAT32_EXPONENT_BIAS;
    return Float.intBitsToFloat(sign | exponent32 << 23 | mantissa << 13);
  }

  static short floatToFloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 65520f) { // half way between the largest half, 65504, and 2^16
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x1p-14f) { // subnormal in binary16: a multiple of 2^-24
      return (short) (sign | (int) Math.rint(magnitude * 0x1p24));
    }
    int roundToEven = 0xfff + (bits >>> 13 & 1);
    int rebiased =
        (bits & 0x7fffffff) + roundToEven - (FLOAT32_EXPONENT_BIAS - FLOAT16_EXPONENT_BIAS << 23);
    return (short) (sign | rebiased >>> 13);
  }
}
