package io.github.vanillanet.train.look;

import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.ImageSizes;
import java.util.List;

/**
 * What a recipe may depend on.
 *
 * @param sizes of the images that are used
 */
public record DataFacts(
    List<String> classNames, int trainingImages, int validationImages, ImageSizes sizes) {

  public static DataFacts of(ImageFolder data) {
    return new DataFacts(
        data.classNames(), data.training().size(), data.validation().size(), data.sizes());
  }

  int classes() {
    return classNames.size();
  }

  /** The smaller of the median width and the median height, in pixels. */
  int medianSide() {
    return Math.min(sizes.width().median(), sizes.height().median());
  }
}
