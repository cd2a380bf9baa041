package io.github.vanillanet.train.dataset;

import java.nio.file.Path;

/**
 * One labelled picture on disk.
 *
 * @param file absolute, inside the data set's root
 * @param label index into the sorted class names
 */
public record Sample(Path file, int label) {

  public Sample {
    if (label < 0) {
      throw new IllegalArgumentException("label must be 0 or more, found " + label);
    }
  }
}
