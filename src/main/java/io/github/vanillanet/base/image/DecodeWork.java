package io.github.vanillanet.base.image;

import java.io.IOException;

/**
 * A decode of PNG, GIF, BMP or WebP with its work, counted in the headers. The codecs multiply
 * their counts by the nanoseconds per unit that {@code DecodeWorkTest} prints, rounded up.
 */
record DecodeWork(byte[] encoded, String work, long nanos, Decoding decoding)
    implements EncodedImage {

  /** The decode itself, which runs {@code checkpoint} now and then if it can be stopped. */
  @FunctionalInterface
  interface Decoding {
    RgbImage run(Runnable checkpoint) throws IOException;
  }

  @Override
  public RgbImage decode(int neededWidth, int neededHeight, Runnable checkpoint)
      throws IOException {
    return decoding.run(checkpoint);
  }
}
