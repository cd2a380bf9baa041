package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.RgbImage;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Brings one sample of one epoch into a batch. What it writes is a function of (seed, epoch, index)
 * and the files alone. Thread-safe.
 *
 * @param replaces whether a damaged file's place is taken by the next readable sample; else it
 *     stays empty
 */
record SampleSource(
    SampleReader reader, SamplePreparation preparation, boolean replaces, long seed) {

  /** Floats of one prepared sample. */
  int sampleFloats() {
    return 3 * preparation.height() * preparation.width();
  }

  /**
   * Writes sample {@code index} at {@code offset} and tells the index of the sample that was
   * written in fact; empty if its file is damaged and not replaced.
   *
   * @throws ServiceException {@code BAD_DATASET} if no file is readable, or too few are
   */
  OptionalInt write(int epoch, int index, FloatBuffer target, int offset) {
    int tries = replaces ? reader.size() : 1;
    for (int i = 0; i < tries; i++) {
      int candidate = (int) (((long) index + i) % reader.size());
      Optional<RgbImage> picture = reader.read(candidate);
      if (picture.isPresent()) {
        // The draws stay those of the wanted index: a replacement is another view than its own.
        preparation.prepare(
            picture.get(), RandomStreams.ofSample(seed, epoch, index), target, offset);
        return OptionalInt.of(candidate);
      }
    }
    if (replaces) {
      throw new ServiceException(
          ErrorCode.BAD_DATASET, "none of the %d files can be decoded".formatted(reader.size()));
    }
    return OptionalInt.empty();
  }
}
