package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;

/**
 * The 15 "increasing" operations of timm's RandAugment: level 0 changes an image least, level 10
 * most. The sign chooses the direction of an operation that has two. Each result is a new image.
 */
enum Distortion {
  AUTO_CONTRAST((image, share, sign) -> ToneCurves.autoContrast(image)),
  EQUALIZE((image, share, sign) -> ToneCurves.equalize(image)),
  INVERT((image, share, sign) -> ToneCurves.map(image, value -> 255 - value)),
  /** Up to 30 degrees. */
  ROTATE(
      (image, share, sign) ->
          AffineWarp.rotation(sign * (share * 30), image.width(), image.height()).apply(image)),
  /** Keeps the leading bits of each value, from 4 down to 0. */
  POSTERIZE_INCREASING(
      (image, share, sign) -> {
        int mask = -1 << 8 - (4 - (int) (share * 4));
        return ToneCurves.map(image, value -> value & mask);
      }),
  /** Inverts values at or above a threshold, which falls from 256 to 0. */
  SOLARIZE_INCREASING(
      (image, share, sign) -> {
        int threshold = 256 - (int) (share * 256);
        return ToneCurves.map(image, value -> value < threshold ? value : 255 - value);
      }),
  /** Adds up to 110 to values below 128. */
  SOLARIZE_ADD(
      (image, share, sign) -> {
        int lighter = (int) (share * 110);
        return ToneCurves.map(image, value -> value < 128 ? value + lighter : value);
      }),
  COLOR_INCREASING((image, share, sign) -> Enhancement.colour(image, factor(share, sign))),
  CONTRAST_INCREASING((image, share, sign) -> Enhancement.contrast(image, factor(share, sign))),
  BRIGHTNESS_INCREASING((image, share, sign) -> Enhancement.brightness(image, factor(share, sign))),
  SHARPNESS_INCREASING((image, share, sign) -> Enhancement.sharpness(image, factor(share, sign))),
  /** Up to 0.3 of the height. */
  SHEAR_X((image, share, sign) -> AffineWarp.shear(sign * (share * 0.3), 0).apply(image)),
  /** Up to 0.3 of the width. */
  SHEAR_Y((image, share, sign) -> AffineWarp.shear(0, sign * (share * 0.3)).apply(image)),
  /** Up to 0.45 of the width. */
  TRANSLATE_X_REL(
      (image, share, sign) ->
          AffineWarp.shift(sign * (share * 0.45) * image.width(), 0).apply(image)),
  /** Up to 0.45 of the height. */
  TRANSLATE_Y_REL(
      (image, share, sign) ->
          AffineWarp.shift(0, sign * (share * 0.45) * image.height()).apply(image));

  static final double MAX_LEVEL = 10;

  private final Operation operation;

  Distortion(Operation operation) {
    this.operation = operation;
  }

  /**
   * @param level from 0 to {@link #MAX_LEVEL}
   * @param sign 1 or -1
   */
  RgbImage apply(RgbImage image, double level, int sign) {
    return operation.apply(image, level / MAX_LEVEL, sign);
  }

  /** Factor of an enhancement: 1, which changes nothing, plus or minus up to 0.9. */
  private static double factor(double share, int sign) {
    return Math.max(0.1, 1 + sign * (share * 0.9));
  }

  private interface Operation {
    RgbImage apply(RgbImage image, double share, int sign);
  }
}
