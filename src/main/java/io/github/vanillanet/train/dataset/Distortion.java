package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;

/**
 * The 15 "increasing" operations of RandAugment: a level of 0 changes least, of 10 most. Where an
 * operation has two directions, the sign chooses one. Stateless; each result is a new picture.
 *
 * @see <a href="https://arxiv.org/abs/1909.13719">RandAugment</a>
 */
enum Distortion {
  AUTO_CONTRAST((picture, share, sign) -> ToneCurves.autoContrast(picture)),
  EQUALIZE((picture, share, sign) -> ToneCurves.equalize(picture)),
  INVERT((picture, share, sign) -> ToneCurves.map(picture, value -> 255 - value)),
  /** By up to 30 degrees. */
  ROTATE(
      (picture, share, sign) ->
          AffineWarp.rotation(sign * (share * 30), picture.width(), picture.height())
              .apply(picture)),
  /** Keeps 4 down to 0 leading bits. */
  POSTERIZE_INCREASING(
      (picture, share, sign) -> {
        int mask = -1 << 8 - (4 - (int) (share * 4));
        return ToneCurves.map(picture, value -> value & mask);
      }),
  /** Inverts what is at least as light as a threshold of 256 down to 0. */
  SOLARIZE_INCREASING(
      (picture, share, sign) -> {
        int threshold = 256 - (int) (share * 256);
        return ToneCurves.map(picture, value -> value < threshold ? value : 255 - value);
      }),
  /** Lightens the darker half by up to 110. */
  SOLARIZE_ADD(
      (picture, share, sign) -> {
        int lighter = (int) (share * 110);
        return ToneCurves.map(picture, value -> value < 128 ? value + lighter : value);
      }),
  COLOR_INCREASING((picture, share, sign) -> Enhancement.colour(picture, enhancement(share, sign))),
  CONTRAST_INCREASING(
      (picture, share, sign) -> Enhancement.contrast(picture, enhancement(share, sign))),
  BRIGHTNESS_INCREASING(
      (picture, share, sign) -> Enhancement.brightness(picture, enhancement(share, sign))),
  SHARPNESS_INCREASING(
      (picture, share, sign) -> Enhancement.sharpness(picture, enhancement(share, sign))),
  /** By up to 0.3 of the height. */
  SHEAR_X((picture, share, sign) -> AffineWarp.shear(sign * (share * 0.3), 0).apply(picture)),
  /** By up to 0.3 of the width. */
  SHEAR_Y((picture, share, sign) -> AffineWarp.shear(0, sign * (share * 0.3)).apply(picture)),
  /** By up to 0.45 of the width. */
  TRANSLATE_X_REL(
      (picture, share, sign) ->
          AffineWarp.shift(sign * (share * 0.45) * picture.width(), 0).apply(picture)),
  /** By up to 0.45 of the height. */
  TRANSLATE_Y_REL(
      (picture, share, sign) ->
          AffineWarp.shift(0, sign * (share * 0.45) * picture.height()).apply(picture));

  /** The greatest level. */
  static final double MOST = 10;

  private final Operation operation;

  Distortion(Operation operation) {
    this.operation = operation;
  }

  /**
   * @param level 0 to {@link #MOST}
   * @param sign 1 or -1
   */
  RgbImage apply(RgbImage picture, double level, int sign) {
    return operation.apply(picture, level / MOST, sign);
  }

  /** 1 changes nothing; away from it by up to 0.9 either way. */
  private static double enhancement(double share, int sign) {
    return Math.max(0.1, 1 + sign * (share * 0.9));
  }

  private interface Operation {
    RgbImage apply(RgbImage picture, double share, int sign);
  }
}
