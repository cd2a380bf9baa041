package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;
import java.util.SplittableRandom;

/** Chooses a part of a picture at random. */
public sealed interface TrainingCrop permits ResizedCrop, PaddedCrop {

  /** The chosen part at its own resolution; the caller resizes it to the network's input. */
  RgbImage cut(RgbImage picture, SplittableRandom random);
}
