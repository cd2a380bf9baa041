package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;
import java.util.SplittableRandom;

/**
 * Shifts a small picture by up to {@code padding} pixels each way and fills with black: padding and
 * a crop of the old size, as the official code does for CIFAR. For sets of small pictures whose
 * aspect is that of the input; others would be squashed.
 */
public record PaddedCrop(int padding) implements TrainingCrop {

  public PaddedCrop {
    if (padding < 0) {
      throw new IllegalArgumentException("padding must be 0 or more, found " + padding);
    }
  }

  @Override
  public RgbImage cut(RgbImage picture, SplittableRandom random) {
    int down = random.nextInt(2 * padding + 1) - padding;
    int right = random.nextInt(2 * padding + 1) - padding;
    return Pixels.crop(picture, right, down, picture.width(), picture.height());
  }
}
