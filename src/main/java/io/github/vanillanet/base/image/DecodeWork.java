package io.github.vanillanet.base.image;

import java.io.IOException;

/**
 * A decode of any format but JPEG with its work, counted in the headers. The codecs multiply their
 * counts by the nanoseconds per unit that {@code DecodeWorkTest} prints, rounded up.
 *
 * @param orientation of the stored picture, Exif's 1 to 8; 1 if the rules ignore it
 */
record DecodeWork(byte[] encoded, String work, long nanos, int orientation, Decoding decoding)
    implements EncodedImage {

  /** The decode itself, which runs {@code checkpoint} now and then if it can be stopped. */
  @FunctionalInterface
  interface Decoding {
    RgbImage run(Runnable checkpoint) throws IOException;
  }

  /** The reason to reject a picture. */
  static IOException tooMuch(EncodedImage image, long maxNanos) {
    return new IOException(
        "its %s would take about %.1f s, expected at most %.1f s. Save it again in the usual"
                .formatted(image.work(), image.nanos() / 1e9, maxNanos / 1e9)
            + " form, or reduce it");
  }

  @Override
  public RgbImage decode(int neededWidth, int neededHeight, Runnable checkpoint)
      throws IOException {
    return decoding.run(checkpoint);
  }
}
