package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Cuts a box of random area and aspect, which is then resized to the network's input: torchvision's
 * RandomResizedCrop. Ten tries, then the largest central box of an allowed aspect.
 *
 * @param minScale smallest share of the image's area; the largest is 1
 */
public record ResizedCrop(double minScale) implements Cropping {

  public static final ResizedCrop OFFICIAL = new ResizedCrop(0.08);

  private static final int TRIES = 10;

  /** Bounds of width / height. */
  private static final double MIN_RATIO = 3.0 / 4;

  private static final double MAX_RATIO = 4.0 / 3;

  @Override
  public Optional<Preprocessing> view(Preprocessing serving) {
    return Optional.empty();
  }

  @Override
  public RgbImage apply(RgbImage image, Preprocessing serving, SplittableRandom random) {
    int height = serving.height();
    int width = serving.width();
    return new Preprocessing(height, width, false, height, width, serving.mean(), serving.std())
        .apply(cut(image, random));
  }

  /** The box at its own resolution. */
  RgbImage cut(RgbImage image, SplittableRandom random) {
    int width = image.width();
    int height = image.height();
    for (int i = 0; i < TRIES; i++) {
      double area = RandomStreams.uniform(random, minScale, 1) * width * height;
      double ratio = RandomStreams.logUniform(random, MIN_RATIO, MAX_RATIO);
      int boxWidth = (int) Math.rint(Math.sqrt(area * ratio));
      int boxHeight = (int) Math.rint(Math.sqrt(area / ratio));
      // In a tiny image a box can round to nothing; the official code fails on it.
      if (boxWidth >= 1 && boxHeight >= 1 && boxWidth <= width && boxHeight <= height) {
        int top = random.nextInt(height - boxHeight + 1);
        int left = random.nextInt(width - boxWidth + 1);
        return crop(image, left, top, boxWidth, boxHeight);
      }
    }
    return centralBox(image);
  }

  private static RgbImage centralBox(RgbImage image) {
    int width = image.width();
    int height = image.height();
    double ratio = (double) width / height;
    int boxWidth = width;
    int boxHeight = height;
    if (ratio < MIN_RATIO) {
      boxHeight = Math.max(1, (int) Math.rint(width / MIN_RATIO));
    } else if (ratio > MAX_RATIO) {
      boxWidth = Math.max(1, (int) Math.rint(height * MAX_RATIO));
    }
    return crop(image, (width - boxWidth) / 2, (height - boxHeight) / 2, boxWidth, boxHeight);
  }

  static RgbImage crop(RgbImage image, int left, int top, int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      int from = 3 * ((top + y) * image.width() + left);
      System.arraycopy(image.rgb(), from, rgb, 3 * y * width, 3 * width);
    }
    return new RgbImage(width, height, rgb);
  }
}
