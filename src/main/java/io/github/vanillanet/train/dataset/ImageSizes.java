package io.github.vanillanet.train.dataset;

import java.util.Collection;
import java.util.function.ToIntFunction;

/** The widths and heights of the images of a data set, in pixels. */
public record ImageSizes(Range width, Range height) {

  /** All 0 if there are no images. */
  public record Range(int min, int median, int max) {}

  static ImageSizes of(Collection<ScannedFile> images) {
    return new ImageSizes(range(images, ScannedFile::width), range(images, ScannedFile::height));
  }

  private static Range range(Collection<ScannedFile> images, ToIntFunction<ScannedFile> side) {
    int[] sorted = images.stream().mapToInt(side).sorted().toArray();
    return sorted.length == 0
        ? new Range(0, 0, 0)
        : new Range(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
  }
}
