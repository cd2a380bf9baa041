package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/** A sample as the service would see it: the model's own preprocessing and nothing random. */
record ServingView(Preprocessing preprocessing) implements SamplePreparation {

  @Override
  public int height() {
    return preprocessing.height();
  }

  @Override
  public int width() {
    return preprocessing.width();
  }

  @Override
  public void prepare(RgbImage decoded, SplittableRandom random, FloatBuffer target, int offset) {
    target.put(offset, preprocessing.normalise(preprocessing.apply(decoded)));
  }
}
