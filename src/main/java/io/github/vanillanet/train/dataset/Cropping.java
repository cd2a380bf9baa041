package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.util.Optional;
import java.util.SplittableRandom;

/** The part of the augmentation that gives a picture of the network's input size. Thread-safe. */
public sealed interface Cropping permits ResizedCrop, PaddedCrop {

  /**
   * Processing of each decoded picture that does not depend on a random draw. Its result may be
   * cached. Empty if the crop needs the decoded picture.
   *
   * @param serving preprocessing of the served model
   */
  Optional<Preprocessing> view(Preprocessing serving);

  /**
   * @param image of {@link #view}
   * @return of the size of {@code serving}
   */
  RgbImage apply(RgbImage image, Preprocessing serving, SplittableRandom random);
}
