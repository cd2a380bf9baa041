package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * The official training transform, in its order: random crop, bicubic resize, random flip,
 * RandAugment, normalisation, random erasing. Thread-safe.
 *
 * @param input size, mean and std of the network's input; its resize and crop are replaced
 * @see <a href="https://github.com/huawei-noah/VanillaNet/blob/main/datasets.py">build_transform in
 *     the official datasets.py</a>
 */
public record Augmentation(
    Preprocessing input, ResizedCrop crop, RandAugment randAugment, RandomErasing erasing) {

  private static final double FLIP_PROBABILITY = 0.5;

  public Augmentation {
    int height = input.height();
    int width = input.width();
    input = new Preprocessing(height, width, false, height, width, input.mean(), input.std());
  }

  /** Writes the normalised sample, float32 CHW, at {@code offset} by absolute puts. */
  void write(RgbImage image, SplittableRandom random, FloatBuffer target, int offset) {
    RgbImage view = input.apply(crop.cut(image, random));
    RgbImage flipped = random.nextDouble() < FLIP_PROBABILITY ? mirror(view) : view;
    target.put(offset, input.normalise(randAugment.apply(flipped, random)));
    erasing.apply(target, offset, input.height(), input.width(), random);
  }

  static RgbImage mirror(RgbImage image) {
    int width = image.width();
    byte[] rgb = new byte[image.rgb().length];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * (y * width + x);
        int to = 3 * (y * width + width - 1 - x);
        System.arraycopy(image.rgb(), from, rgb, to, 3);
      }
    }
    return new RgbImage(width, image.height(), rgb);
  }
}
