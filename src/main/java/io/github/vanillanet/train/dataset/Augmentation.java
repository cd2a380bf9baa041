package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Random changes of a training image, in the order of the official transform: crop, flip,
 * RandAugment, normalisation, random erasing. Thread-safe.
 *
 * @param serving preprocessing of the served model, whose size, mean and std are those of the
 *     network's input
 * @param flip whether half of the images are mirrored
 * @see <a href="https://github.com/huawei-noah/VanillaNet/blob/main/datasets.py">build_transform in
 *     the official datasets.py</a>
 */
public record Augmentation(
    Preprocessing serving,
    Cropping crop,
    boolean flip,
    RandAugment randAugment,
    RandomErasing erasing) {

  private static final double FLIP_PROBABILITY = 0.5;

  /** The processing before the first random draw, see {@link Cropping#view}. */
  Optional<Preprocessing> view() {
    return crop.view(serving);
  }

  /** Writes the normalised sample, float32 CHW, at {@code offset} by absolute puts. */
  void write(RgbImage image, SplittableRandom random, FloatBuffer target, int offset) {
    RgbImage picture = crop.apply(image, serving, random);
    if (flip && random.nextDouble() < FLIP_PROBABILITY) {
      picture = mirror(picture);
    }
    target.put(offset, serving.normalise(randAugment.apply(picture, random)));
    erasing.apply(target, offset, serving.height(), serving.width(), random);
  }

  static RgbImage mirror(RgbImage image) {
    int width = image.width();
    byte[] from = image.rgb();
    byte[] to = new byte[from.length];
    for (int y = 0; y < image.height(); y++) {
      int source = 3 * y * width;
      int target = source + 3 * width - 3;
      for (int x = 0; x < width; x++, source += 3, target -= 3) {
        to[target] = from[source];
        to[target + 1] = from[source + 1];
        to[target + 2] = from[source + 2];
      }
    }
    return new RgbImage(width, image.height(), to);
  }
}
