package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Shifts a picture of the input size by up to {@code padding} pixels on each axis: torchvision's
 * RandomCrop with padding, after the preprocessing of the served model.
 *
 * @param padding largest shift, from 0 to less than the picture's sides; 0 returns the picture
 * @param reflected true: the border mirrors the picture without its outermost row or column; false:
 *     the border is black
 */
public record PaddedCrop(int padding, boolean reflected) implements Cropping {

  /** 4 pixels for inputs of 32: the usual augmentation of CIFAR. */
  private static final double SHARE = 4 / 32.0;

  /** No random crop. */
  public static final PaddedCrop NONE = new PaddedCrop(0, false);

  public static PaddedCrop ofInput(int size, boolean reflected) {
    return new PaddedCrop((int) Math.round(size * SHARE), reflected);
  }

  @Override
  public Optional<Preprocessing> view(Preprocessing serving) {
    return Optional.of(serving);
  }

  @Override
  public RgbImage apply(RgbImage image, Preprocessing serving, SplittableRandom random) {
    if (padding == 0) {
      return image;
    }
    int down = random.nextInt(2 * padding + 1) - padding;
    int right = random.nextInt(2 * padding + 1) - padding;
    return shifted(image, down, right);
  }

  /** Pixel (y, x) is pixel (y + down, x + right) of the padded {@code image}. */
  private RgbImage shifted(RgbImage image, int down, int right) {
    int width = image.width();
    int height = image.height();
    byte[] from = image.rgb();
    byte[] to = new byte[from.length];
    int firstInside = Math.max(0, -right);
    int endInside = Math.min(width, width - right);
    for (int y = 0; y < height; y++) {
      int row = inside(y + down, height);
      if (row < 0) {
        continue;
      }
      int source = 3 * row * width;
      int target = 3 * y * width;
      System.arraycopy(
          from,
          source + 3 * (firstInside + right),
          to,
          target + 3 * firstInside,
          3 * (endInside - firstInside));
      for (int x = 0; reflected && x < firstInside; x++) {
        copy(from, source + 3 * inside(x + right, width), to, target + 3 * x);
      }
      for (int x = endInside; reflected && x < width; x++) {
        copy(from, source + 3 * inside(x + right, width), to, target + 3 * x);
      }
    }
    return new RgbImage(width, height, to);
  }

  /** The position that the padding repeats at {@code position}; −1 if the padding is black. */
  private int inside(int position, int size) {
    if (position >= 0 && position < size) {
      return position;
    }
    if (!reflected) {
      return -1;
    }
    return position < 0 ? -position : 2 * (size - 1) - position;
  }

  private static void copy(byte[] from, int source, byte[] to, int target) {
    to[target] = from[source];
    to[target + 1] = from[source + 1];
    to[target + 2] = from[source + 2];
  }
}
