package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;
import java.util.SplittableRandom;

/**
 * A box of random area and aspect, to be resized to the input: the recipe's RandomResizedCrop. Ten
 * tries, then the largest central box of an allowed aspect.
 *
 * @param minScale least share of the picture's area
 * @param maxScale greatest share of the picture's area
 * @param minRatio least width / height; drawn evenly in its logarithm
 * @param maxRatio greatest width / height
 */
public record ResizedCrop(double minScale, double maxScale, double minRatio, double maxRatio)
    implements TrainingCrop {

  private static final int TRIES = 10;

  public ResizedCrop {
    if (!(0 < minScale && minScale <= maxScale && maxScale <= 1)
        || !(0 < minRatio && minRatio <= maxRatio)) {
      throw new IllegalArgumentException(
          "expected 0 < scale <= 1 and ratio > 0 in order, found scale %s-%s, ratio %s-%s"
              .formatted(minScale, maxScale, minRatio, maxRatio));
    }
  }

  /** Scale 0.08-1, ratio 3/4-4/3. */
  public static ResizedCrop official() {
    return new ResizedCrop(0.08, 1, 3.0 / 4, 4.0 / 3);
  }

  @Override
  public RgbImage cut(RgbImage picture, SplittableRandom random) {
    int width = picture.width();
    int height = picture.height();
    for (int i = 0; i < TRIES; i++) {
      double area = Draws.uniform(random, minScale, maxScale) * width * height;
      double ratio = Draws.logUniform(random, minRatio, maxRatio);
      int boxWidth = (int) Math.rint(Math.sqrt(area * ratio));
      int boxHeight = (int) Math.rint(Math.sqrt(area / ratio));
      // The official code lets a box of a tiny picture round to nothing, and fails on it.
      if (boxWidth >= 1 && boxHeight >= 1 && boxWidth <= width && boxHeight <= height) {
        int top = random.nextInt(height - boxHeight + 1);
        int left = random.nextInt(width - boxWidth + 1);
        return Pixels.crop(picture, left, top, boxWidth, boxHeight);
      }
    }
    return centralBox(picture);
  }

  private RgbImage centralBox(RgbImage picture) {
    int width = picture.width();
    int height = picture.height();
    double ratio = (double) width / height;
    int boxWidth = width;
    int boxHeight = height;
    if (ratio < minRatio) {
      boxHeight = Math.max(1, (int) Math.rint(width / minRatio));
    } else if (ratio > maxRatio) {
      boxWidth = Math.max(1, (int) Math.rint(height * maxRatio));
    }
    return Pixels.crop(
        picture, (width - boxWidth) / 2, (height - boxHeight) / 2, boxWidth, boxHeight);
  }
}
