package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/** The way from a decoded picture to the network's input. Implementations are thread-safe. */
interface SamplePreparation {

  /** Rows of the prepared sample. */
  int height();

  /** Columns of the prepared sample. */
  int width();

  /**
   * Writes one normalised sample, float32 CHW, at {@code offset}. Uses absolute puts only, so
   * several threads may write different samples of one buffer.
   *
   * @param random the sample's own draws; the call may consume any number of them
   */
  void prepare(RgbImage decoded, SplittableRandom random, FloatBuffer target, int offset);
}
