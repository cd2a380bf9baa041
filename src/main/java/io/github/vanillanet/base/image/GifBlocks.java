package io.github.vanillanet.base.image;

import java.io.EOFException;

/**
 * The bits of a GIF's length-prefixed data blocks, least significant first. A block that the file
 * does not hold whole counts as missing, as in Pillow. One thread.
 */
final class GifBlocks {

  private final byte[] encoded;
  private int position;
  private int blockEnd;
  private int bits;
  private int bitCount;

  GifBlocks(byte[] encoded, int position) {
    this.encoded = encoded;
    this.position = position;
    this.blockEnd = position;
  }

  /** The next {@code count} bits, at most 13. */
  int next(int count) throws EOFException {
    while (bitCount < count) {
      bits |= nextByte() << bitCount;
      bitCount += 8;
    }
    int value = bits & (1 << count) - 1;
    bits >>>= count;
    bitCount -= count;
    return value;
  }

  private int nextByte() throws EOFException {
    while (position == blockEnd) {
      if (position >= encoded.length) {
        throw truncated();
      }
      blockEnd = position + 1 + (encoded[position] & 0xff);
      position++;
      if (blockEnd > encoded.length) {
        throw truncated();
      }
    }
    return encoded[position++] & 0xff;
  }

  private static EOFException truncated() {
    return new EOFException("it is truncated: its pixels end before the last row");
  }
}
