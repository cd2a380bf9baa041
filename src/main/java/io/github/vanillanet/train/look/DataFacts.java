package io.github.vanillanet.train.look;

import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.ImageSizes;

/** What a recipe may depend on: the images that are used, and the sizes of them. */
public record DataFacts(int classes, int trainingImages, int validationImages, ImageSizes sizes) {

  public static DataFacts of(ImageFolder data) {
    return new DataFacts(
        data.classNames().size(), data.training().size(), data.validation().size(), data.sizes());
  }

  /** The smaller of the median width and the median height, in pixels. */
  int medianSide() {
    return Math.min(sizes.width().median(), sizes.height().median());
  }
}
