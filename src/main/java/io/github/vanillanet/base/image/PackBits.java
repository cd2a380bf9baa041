package io.github.vanillanet.base.image;

import java.io.IOException;
import java.io.InputStream;

/** Apple's byte-wise run lengths. Not thread-safe. */
final class PackBits extends InputStream {

  private final InputStream file;
  private int repeated = -1; // the byte of a run; -1 for literal bytes
  private int left;

  PackBits(InputStream file) {
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    while (left == 0) {
      int header = file.read();
      if (header < 0) {
        return -1;
      }
      if (header < 128) {
        left = header + 1;
        repeated = -1;
      } else if (header > 128) {
        left = 257 - header;
        repeated = file.read();
        if (repeated < 0) {
          return -1;
        }
      }
    }
    left--;
    return repeated >= 0 ? repeated : file.read();
  }
}
